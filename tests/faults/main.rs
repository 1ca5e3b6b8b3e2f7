//! What the program does when it is interrupted, killed, short of disk or memory, or no longer listened to.
//!
//! `ANTESALA_KILLS=200 cargo test --release --test faults -- --nocapture` is the long form: so many kills and signals
//! of each kind, with counts of what they met. Without it there are few, in a minute.
#![cfg(target_os = "linux")]

mod desk;
mod disk;
mod kills;
mod memory;
mod pipes;
mod power;
mod signals;
mod sweeps;
