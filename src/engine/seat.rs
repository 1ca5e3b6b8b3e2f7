//! A place in the queue, as its pass of every day reads it.

use serde::{Deserialize, Serialize};

/// Where a ticket's holder stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[repr(u8)]
pub enum Standing {
    /// Out of the queue for good.
    Gone,
    /// May ask.
    Present,
    /// Asks from where one may not.
    Covert,
    /// Registered but not able to ask.
    Away,
    /// Holds an offer.
    Offered,
    /// Holds a confirmed slot; keeps the place in the queue until it is used.
    Confirmed,
}

impl Standing {
    /// Whether the holder takes part: asks, and may be served.
    #[inline]
    pub fn asks(self) -> bool {
        matches!(self, Standing::Present | Standing::Covert)
    }

    /// Whether the holder is in the backlog: registered, without a confirmed slot.
    #[inline]
    pub fn waits(self) -> bool {
        !matches!(self, Standing::Gone | Standing::Confirmed)
    }
}

/// What became of a holder in the present day's allocation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[repr(u8)]
pub enum Luck {
    /// Nothing yet.
    None,
    /// Served as one of the oldest: does not ask today.
    Oldest,
    /// Served by lot: what it would have asked today is not asked.
    Drawn,
}

/// A registered household, as the queue sees it.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Seat {
    pub(super) standing: Standing,
    /// Asked in the latest pass.
    pub asked: bool,
    pub luck: Luck,
    pub size: u8,
    pub group: u8,
    /// Port asked for last.
    pub port: u8,
    /// Port preferred.
    pub home_port: u8,
    /// Listed among those whose request has to be looked at (see `Pool::touched`).
    pub(super) listed: bool,
}

const _: () = assert!(size_of::<Seat>() == 8);

impl Seat {
    /// A household that prefers a port and has not asked yet.
    pub fn new(size: u8, group: u8, port: u8) -> Self {
        let (standing, luck) = (Standing::Away, Luck::None);
        Seat { standing, asked: false, luck, size, group, port, home_port: port, listed: false }
    }

    /// The same, where its holder stands already.
    #[inline]
    pub fn with(self, standing: Standing) -> Self {
        Seat { standing, ..self }
    }

    #[inline]
    pub fn standing(&self) -> Standing {
        self.standing
    }

    /// Asked in the latest pass, and may still be served for it.
    #[inline]
    pub fn stands_in_line(&self) -> bool {
        self.asked && self.standing.asks()
    }
}
