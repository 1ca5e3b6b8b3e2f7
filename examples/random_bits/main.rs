//! Writes the model's random numbers without end: 64 bits each, the lowest byte first, for programs that test them
//! (`tests/random/battery.py`).
//!
//! `cargo run --release --example random_bits -- neighbours --seed 1 | dieharder -a -g 200`

mod orders;

use std::io::{self, ErrorKind, Write as _};
use std::process::ExitCode;

use clap::Parser;
use orders::Order;

/// Writes the model's random numbers to standard output without end.
#[derive(Parser)]
struct Arguments {
    /// In which order
    #[arg(value_enum)]
    order: Order,
    /// Seed of the run
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Numbers left out at the start
    #[arg(long, default_value_t = 0)]
    skip: u64,
}

/// Numbers written at once.
const BLOCK: usize = 1 << 13;

fn main() -> ExitCode {
    let Arguments { order, seed, skip } = Arguments::parse();
    // With the order known each loop is its own, without a choice at every number.
    let written = match order {
        Order::Household => write(skip, |at| Order::Household.number(seed, at)),
        Order::Neighbours => write(skip, |at| Order::Neighbours.number(seed, at)),
        Order::Model => write(skip, |at| Order::Model.number(seed, at)),
        Order::Replicates => write(skip, |at| Order::Replicates.number(seed, at)),
        Order::Places => write(skip, |at| Order::Places.number(seed, at)),
    };
    match written {
        // Whoever reads has enough.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: standard output: {error}");
            ExitCode::FAILURE
        }
        Ok(never) => match never {},
    }
}

fn write(from: u64, number: impl Fn(u64) -> u64) -> io::Result<std::convert::Infallible> {
    let mut out = io::stdout().lock();
    let mut block = vec![0; 8 * BLOCK];
    let mut at = from;
    loop {
        for bytes in block.chunks_exact_mut(8) {
            bytes.copy_from_slice(&number(at).to_le_bytes());
            at = at.wrapping_add(1);
        }
        out.write_all(&block)?;
    }
}
