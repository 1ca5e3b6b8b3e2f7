//! Round numbers: those a planner can say and remember.

/// Most candidate thresholds of a [`Scale`].
pub const MOST_CUTS: usize = 26;
/// A scale has at least this many steps between the 5th and the 95th percentile, unless the reader's
/// finest step is coarser.
const STEPS: f64 = 10.0;

/// A step of 1, 2 or 5 times a power of ten.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Step {
    mantissa: f64,
    power: i32,
}

impl Step {
    /// The largest step not above a positive `size`.
    fn below(size: f64) -> Step {
        let power = size.log10().floor() as i32;
        let fits = |mantissa: &f64| Step { mantissa: *mantissa, power }.times(1.0) <= size;
        Step { mantissa: [5.0, 2.0].into_iter().find(fits).unwrap_or(1.0), power }
    }

    fn finer(self) -> Step {
        match self.mantissa {
            5.0 => Step { mantissa: 2.0, ..self },
            2.0 => Step { mantissa: 1.0, ..self },
            _ => Step { mantissa: 5.0, power: self.power - 1 },
        }
    }

    /// `k` steps; divides by powers of ten below 1, so that 3 steps of 0.1 are 0.3.
    fn times(self, k: f64) -> f64 {
        let ten = 10f64.powi(self.power.abs());
        if self.power < 0 { k * self.mantissa / ten } else { k * self.mantissa * ten }
    }

    /// How many steps `value` is.
    fn in_steps(self, value: f64) -> f64 {
        let ten = 10f64.powi(self.power.abs());
        if self.power < 0 { value * ten / self.mantissa } else { value / (self.mantissa * ten) }
    }
}

/// The roundest number between `low` and `high`, near `middle`; `middle` rounded up to a multiple of
/// `finest` if only finer numbers lie between. `finest` of 0 sets no limit.
pub fn roundest(low: f64, middle: f64, high: f64, finest: f64) -> f64 {
    let largest = low.abs().max(high.abs());
    if largest > 0.0 {
        let mut step = Step::below(largest);
        // Nine figures, three steps each.
        for _ in 0..27 {
            if step.times(1.0) < finest {
                break;
            }
            let number = step.times(step.in_steps(middle).round());
            if (low..=high).contains(&number) {
                return number;
            }
            step = step.finer();
        }
    }
    if finest > 0.0 { (middle / finest).ceil() * finest } else { middle }
}

/// Evenly spaced round thresholds from the 5th to the 95th percentile of a signal.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scale {
    step: Step,
    /// The lowest threshold, in steps.
    first: f64,
    /// Thresholds; from 1 to [`MOST_CUTS`].
    pub cuts: usize,
}

impl Scale {
    /// `None` if no round number lies between, or `low` and `high` are equal.
    pub fn between(low: f64, high: f64, finest: f64) -> Option<Scale> {
        let spread = high - low;
        if !(spread > 0.0 && spread.is_finite()) {
            return None;
        }
        let mut step = Step::below(spread / STEPS);
        if finest > 0.0 && step.times(1.0) < finest {
            step = Step::below(finest);
        }
        let (first, last) = (step.in_steps(low).ceil(), step.in_steps(high).floor());
        let cuts = (last - first + 1.0).clamp(0.0, MOST_CUTS as f64) as usize;
        (cuts > 0).then_some(Scale { step, first, cuts })
    }

    /// How many thresholds `value` exceeds.
    pub fn passed(&self, value: f64) -> usize {
        (self.step.in_steps(value).ceil() - self.first).clamp(0.0, self.cuts as f64) as usize
    }

    /// Threshold `cut`, from 0; a value exceeds it if it has `passed` more than `cut` thresholds.
    pub fn threshold(&self, cut: usize) -> f64 {
        self.step.times(self.first + cut as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_roundest_number_between() {
        assert_eq!(roundest(17_400.0, 18_300.0, 19_100.0, 10.0), 18_000.0);
        assert_eq!(roundest(18_310.0, 18_420.0, 18_533.0, 10.0), 18_500.0);
        assert_eq!(roundest(0.131, 0.147, 0.163, 0.0), 0.15);
        assert_eq!(roundest(-4.2, -3.4, -2.6, 0.0), -4.0);
        assert_eq!(roundest(3.0, 3.0, 3.0, 0.0), 3.0);
        assert_eq!(roundest(0.0, 0.0, 0.0, 10.0), 0.0);
        assert_eq!(roundest(2.0, 4.0, 7.0, 10.0), 10.0);
        let odd = std::f64::consts::PI;
        assert_eq!(roundest(odd, odd, odd, 0.0), odd);
    }

    #[test]
    fn a_scale_has_round_thresholds_within_the_spread() {
        let scale = Scale::between(61_234.0, 89_876.0, 10.0).unwrap();
        assert_eq!((scale.threshold(0), scale.threshold(scale.cuts - 1), scale.cuts), (62_000.0, 88_000.0, 14));
        assert_eq!(Scale::between(5.0, 5.0, 0.0), None);
        assert_eq!(Scale::between(1.0, 9.0, 10.0), None);
        assert_eq!(Scale::between(f64::MIN, f64::MAX, 0.0), None);
        assert_eq!(Scale::between(3.0, 22.0, 10.0).map(|s| (s.threshold(0), s.cuts)), Some((10.0, 2)));
        for exponent in -60..60 {
            let spread = 1.3f64.powi(exponent);
            for low in [-0.71, 0.0, 3.7] {
                let scale = Scale::between(low, low + spread, 0.0).unwrap();
                assert!((10..MOST_CUTS).contains(&scale.cuts), "{low} {spread}: {scale:?}");
            }
        }
    }

    #[test]
    fn a_value_exceeds_the_thresholds_it_has_passed() {
        for (low, high) in [(0.0, 1.0), (-3.3, 8.1), (60_000.0, 90_000.0), (0.011, 0.027)] {
            let scale = Scale::between(low, high, 0.0).unwrap();
            for i in 0..=1000 {
                let value = low - 0.1 * (high - low) + f64::from(i) * 0.0012 * (high - low);
                let above = (0..scale.cuts).filter(|&cut| value > scale.threshold(cut)).count();
                let near = (0..scale.cuts).any(|c| (value - scale.threshold(c)).abs() < 1e-9 * high);
                assert!(near || scale.passed(value) == above, "{value} of {scale:?}");
            }
            for cut in 0..scale.cuts {
                assert_eq!(scale.passed(scale.threshold(cut)), cut, "a threshold does not exceed itself");
            }
        }
    }
}
