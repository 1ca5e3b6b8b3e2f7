//! Cases with an exact answer, and invariants of the model, on worlds built in code.

mod lottery;
mod steady_state;
mod worlds;
