//! The model's random numbers, in the orders of `examples/random_bits`, against what chance would give. Each count has a
//! known distribution and may be 6 standard errors off: of sound generators, fewer than one in 10,000 would fail any of the
//! 4,700 checks below. `tests/random/battery.py` tests longer and harder.

#[path = "../examples/random_bits/orders.rs"]
mod orders;

use orders::Order;

const ORDERS: [Order; 5] = [Order::Household, Order::Neighbours, Order::Model, Order::Replicates, Order::Places];
const SEEDS: [u64; 2] = [1, 2];
const NUMBERS: u64 = 1 << 18;
/// Standard errors.
const FAR: f64 = 6.0;

fn each_stream(check: impl Fn(&str, &[u64])) {
    for order in ORDERS {
        for seed in SEEDS {
            let numbers: Vec<u64> = (0..NUMBERS).map(|at| order.number(seed, at)).collect();
            check(&format!("{order:?}, seed {seed}"), &numbers);
        }
    }
}

/// A count of events that come `n` times with probability `p`.
fn check_count(count: u64, n: u64, p: f64, what: impl Fn() -> String) {
    let (n, expected) = (n as f64, n as f64 * p);
    let z = (count as f64 - expected) / (expected * (1.0 - p)).sqrt();
    assert!(z.abs() < FAR, "{}: {count} of {n}, {z:.1} standard errors off", what());
}

/// Counts that are all expected alike: chi-squared over its degrees of freedom.
fn check_even(counts: &[u32], what: &str) {
    let (cells, n) = (counts.len() as f64, counts.iter().sum::<u32>());
    let expected = f64::from(n) / cells;
    let chi: f64 = counts.iter().map(|c| (f64::from(*c) - expected) * (f64::from(*c) - expected) / expected).sum();
    let z = (chi - (cells - 1.0)) / (2.0 * (cells - 1.0)).sqrt();
    assert!(z.abs() < FAR, "{what}: chi-squared {chi:.0} of {cells} cells, {z:.1} standard errors off");
}

#[test]
fn every_bit_is_set_in_half_of_the_numbers() {
    each_stream(|stream, numbers| {
        for bit in 0..64 {
            let set = numbers.iter().filter(|n| *n >> bit & 1 == 1).count() as u64;
            check_count(set, NUMBERS, 0.5, || format!("{stream}: bit {bit}"));
        }
    });
}

/// Neighbours, those eight apart (days that share a byte of a place) and those 100 apart: every bit of one says nothing of
/// the same bit of the other, nor of the bit above it.
#[test]
fn bits_of_neighbours_are_independent() {
    each_stream(|stream, numbers| {
        for apart in [1, 8, 100] {
            let pairs = || numbers.iter().zip(&numbers[apart..]);
            for turn in [0, 1] {
                for bit in 0..64 {
                    let differ = pairs().filter(|(a, b)| (*a ^ b.rotate_left(turn)) >> bit & 1 == 1).count() as u64;
                    let what = || format!("{stream}: bit {bit} of numbers {apart} apart, turned by {turn}");
                    check_count(differ, NUMBERS - apart as u64, 0.5, what);
                }
            }
        }
    });
}

#[test]
fn neighbours_are_not_correlated() {
    each_stream(|stream, numbers| {
        let uniform: Vec<f64> = numbers.iter().map(|n| antesala::engine::draw::unit(*n) - 0.5).collect();
        for apart in [1, 2, 7, 8, 60] {
            let pairs = uniform.len() - apart;
            let sum: f64 = uniform.iter().zip(&uniform[apart..]).map(|(a, b)| a * b).sum();
            // Variance of a product of two uniform numbers: 1/144.
            let z = 12.0 * sum / (pairs as f64).sqrt();
            assert!(z.abs() < FAR, "{stream}: correlation of numbers {apart} apart, {z:.1} standard errors off");
        }
    });
}

#[test]
fn bytes_and_pairs_of_them_are_even() {
    each_stream(|stream, numbers| {
        for byte in 0..8 {
            let mut counts = vec![0; 1 << 8];
            numbers.iter().for_each(|n| counts[usize::from(n.to_le_bytes()[byte])] += 1);
            check_even(&counts, &format!("{stream}: byte {byte}"));
        }
        for byte in [0, 3, 7] {
            let mut counts = vec![0; 1 << 12];
            let six_bits = |n: u64| usize::from(n.to_le_bytes()[byte] >> 2);
            numbers.chunks_exact(2).for_each(|w| counts[six_bits(w[0]) << 6 | six_bits(w[1])] += 1);
            check_even(&counts, &format!("{stream}: pairs of byte {byte}"));
        }
    });
}

/// Numbers of 32 bits that came before: n^2 / 2^33 of them, a Poisson number.
#[test]
fn collisions_are_as_many_as_chance_gives() {
    each_stream(|stream, numbers| {
        for (half, shift) in [("lower", 0), ("upper", 32)] {
            let mut seen: Vec<u32> = numbers.iter().map(|n| (n >> shift) as u32).collect();
            seen.sort_unstable();
            let again = seen.windows(2).filter(|w| w[0] == w[1]).count();
            let expected = (NUMBERS * NUMBERS) as f64 / 2f64.powi(33);
            // Eight expected: more than 32 come once in 1e9.
            assert!(again <= 32, "{stream}: {again} collisions of the {half} halves, {expected} expected");
        }
    });
}

/// Marsaglia's birthday spacings: of 1,024 birthdays in a year of 2^24 days, the spacings that come twice are a
/// Poisson number of mean 2^30 / 2^26 = 16.
#[test]
fn spacings_of_birthdays_are_as_chance_gives() {
    const BIRTHDAYS: usize = 1024;
    each_stream(|stream, numbers| {
        for shift in [0, 20, 40] {
            let twice = |days: &[u64]| {
                let mut days: Vec<u32> = days.iter().map(|n| (n >> shift) as u32 & 0xFF_FFFF).collect();
                days.sort_unstable();
                let mut gaps: Vec<u32> = days.windows(2).map(|w| w[1] - w[0]).collect();
                gaps.sort_unstable();
                gaps.windows(2).filter(|w| w[0] == w[1]).count() as f64
            };
            let years = numbers.len() / BIRTHDAYS;
            let seen: f64 = numbers.chunks_exact(BIRTHDAYS).map(twice).sum();
            let expected = 16.0 * years as f64;
            let z = (seen - expected) / expected.sqrt();
            assert!(z.abs() < FAR, "{stream}: {seen} spacings twice from bit {shift}, {expected} expected, {z:.1}");
        }
    });
}

/// The keys themselves: no two households of a large run, of its replicates or of neighbouring seeds share one.
#[test]
fn no_two_households_are_one() {
    use antesala::engine::draw::Key;
    let mut keys = Vec::new();
    for (seed, replicate) in [(1, 1), (1, 2), (2, 1), (2, 2)] {
        let root = Key::root(seed, replicate);
        for stream in [1 << 16, 1 << 16 | 1, 2 << 16, 1 << 40] {
            keys.extend((0..60_000).map(|number| root.child(stream).child(number).0));
            keys.extend((1..751).map(|day: u64| root.child(stream).child(day << 32).0));
        }
    }
    let all = keys.len();
    keys.sort_unstable();
    keys.dedup();
    assert_eq!(keys.len(), all);
}
