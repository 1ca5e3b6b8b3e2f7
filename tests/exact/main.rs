//! Cases with an exact answer, and invariants of the model, on worlds built in code.

mod app;
mod appointments;
mod arrivals;
mod asylum;
mod caravans;
mod lottery;
mod paths;
mod policy;
mod recovery;
mod registration;
mod rules;
mod scale;
mod steady_state;
mod travel;
mod worlds;
