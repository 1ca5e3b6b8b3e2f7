//! Clock, keyed random numbers, agenda and pools. Nothing of migration is known here.

pub mod agenda;
pub mod dealing;
pub mod draw;
pub mod lots;
pub mod pool;
pub mod routing;
pub mod seat;
