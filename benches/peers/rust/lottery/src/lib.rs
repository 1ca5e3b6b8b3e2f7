//! What the Rust peers have in common: the numbers of the lottery, their arguments, the record they keep.
//! `benches/peers/task.py` says what the task is.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

pub const DAYS: u64 = 730;
/// Moves from the first place to the tenth.
pub const MOVES: u8 = 9;
pub const MOVE: f64 = 1.0 / 3.0;
pub const TAKE: f64 = 0.9;
pub const GIVE_UP: f64 = 0.002;
/// Days from being admitted to leaving.
pub const LEAD: u64 = 21;

/// How many people, which chance, and where the record goes.
pub struct Task {
    pub persons: u64,
    pub seed: u64,
    folder: PathBuf,
}

impl Task {
    /// From the arguments `PERSONS SEED FOLDER`.
    pub fn from_arguments() -> Self {
        let arguments: Vec<String> = std::env::args().skip(1).collect();
        let number = |text: &String| text.parse().unwrap_or_else(|_| panic!("{text} is not a whole number"));
        match arguments.as_slice() {
            [persons, seed, folder] => Task { persons: number(persons), seed: number(seed), folder: folder.into() },
            _ => panic!("three arguments are needed: PERSONS SEED FOLDER"),
        }
    }

    pub fn entering(&self, day: u64) -> u64 {
        self.persons * (day + 1) / DAYS - self.persons * day / DAYS
    }

    /// Slots of a day, seven for ten people who enter.
    pub fn slots(&self, day: u64) -> u64 {
        7 * self.persons * (day + 1) / (10 * DAYS) - 7 * self.persons * day / (10 * DAYS)
    }
}

/// Daily numbers, and the waits of those who have left by the end.
#[derive(Default)]
pub struct Record {
    days: Vec<[u64; 3]>,
    admitted: u64,
    left: u64,
    waited: u64,
}

impl Record {
    #[inline]
    pub fn admit(&mut self, day: u64, days_waited: u64) {
        self.admitted += 1;
        if day + LEAD < DAYS {
            self.left += 1;
            self.waited += days_waited;
        }
    }

    pub fn end_of_day(&mut self, backlog: u64, present: u64) {
        self.days.push([backlog, self.admitted, present]);
    }

    /// Writes the days, and the results as a line of JSON to standard output.
    pub fn finish(&self, task: &Task) -> io::Result<()> {
        let mut file = BufWriter::new(File::create(task.folder.join("days.csv"))?);
        writeln!(file, "day,backlog,admitted,present")?;
        for (day, [backlog, admitted, present]) in self.days.iter().enumerate() {
            writeln!(file, "{day},{backlog},{admitted},{present}")?;
        }
        file.flush()?;
        let backlog = self.days.last().map_or(0, |day| day[0]);
        let mean_wait = self.waited as f64 / self.left as f64;
        println!(r#"{{"backlog": {backlog}, "admitted": {}, "mean_wait": {mean_wait:.3}}}"#, self.admitted);
        Ok(())
    }
}

/// Those admitted who have not left yet.
#[derive(Default)]
pub struct Leaving {
    /// How many leave on a day, by the day modulo the length.
    ring: [u64; LEAD as usize + 1],
    present: u64,
}

impl Leaving {
    #[inline]
    pub fn admit(&mut self, day: u64) {
        self.ring[((day + LEAD) % (LEAD + 1)) as usize] += 1;
        self.present += 1;
    }

    /// Lets those go whose day it is; those who remain.
    pub fn end_of_day(&mut self, day: u64) -> u64 {
        self.present -= std::mem::take(&mut self.ring[(day % (LEAD + 1)) as usize]);
        self.present
    }
}
