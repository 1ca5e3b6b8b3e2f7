//! Charts of a sensitivity analysis: what each metric owes to the parameters, as bars and as a heat map,
//! and how metrics answer to one of them.

mod colors;
mod figures;
mod heat_map;
mod responses;
mod tornado;
mod wording;

#[cfg(test)]
mod tests;

pub use responses::{Line, Response, responses};

use super::draw::canvas::{Anchor, Canvas};
use super::draw::palette::{BODY, MUTED, NOTE, TEXT};
use super::draw::render::RenderError;
use super::scores::{Caption, ScoreChart, ScorePage, rendered};
use super::words::{MeasureWords, Words, called, fill};

/// Panels of a page.
const MOST: usize = 6;
/// Height of all panels of a page.
const TALLEST: f64 = 960.0;

/// A number with its 90 % interval; bounds that are no numbers are not drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    pub value: f64,
    pub low: f64,
    pub high: f64,
}

/// What one metric owes to each parameter.
#[derive(Debug, Clone, PartialEq)]
pub struct Drivers {
    pub metric: String,
    pub unit: String,
    pub bars: Vec<Bar>,
    /// Share of the variance of one run that is chance.
    pub noise: Option<f64>,
}

/// What a metric owes to one parameter; without a finite value it is left out.
#[derive(Debug, Clone, PartialEq)]
pub struct Bar {
    pub parameter: String,
    /// The longer bar: total order, mu* or rank correlation.
    pub main: Interval,
    /// First order beside a total one, sigma beside mu*; unused beside rank correlations.
    pub inner: Option<Interval>,
}

/// What the bars measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// Shares of the variance, total and first order.
    Sobol,
    /// Elementary effects in the unit of the metric: mu* and sigma.
    Morris,
    /// Rank correlations from -1 to 1.
    Ranks,
}

impl Measure {
    fn words(self, words: &Words) -> &MeasureWords {
        match self {
            Measure::Sobol => &words.sobol,
            Measure::Morris => &words.morris,
            Measure::Ranks => &words.ranks,
        }
    }
}

impl Interval {
    /// Both bounds, if they are numbers.
    fn bounds(&self) -> Option<(f64, f64)> {
        (self.low.is_finite() && self.high.is_finite()).then(|| (self.low.min(self.high), self.low.max(self.high)))
    }

    /// Every number of it.
    fn ends(&self) -> impl Iterator<Item = f64> {
        let bounds = self.bounds().unwrap_or((self.value, self.value));
        [self.value, bounds.0, bounds.1].into_iter().filter(|x| x.is_finite())
    }

    /// Whether it holds 0 or is wider than its value.
    fn uncertain(&self) -> bool {
        self.bounds().is_some_and(|(low, high)| (low <= 0.0 && high >= 0.0) || high - low > self.value.abs())
    }
}

/// Bars of each metric, longest first: charts `tornado`, `tornado-2` and so on; none without any number.
///
/// # Errors
/// A chart cannot be rendered.
pub fn tornado(
    drivers: &[Drivers],
    measure: Measure,
    caption: &Caption<'_>,
    words: &Words,
) -> Result<Vec<ScoreChart>, RenderError> {
    finish("tornado", words.tornado_title, tornado::pages(&known(drivers), measure, caption, words), caption)
}

/// Parameters by metrics as colours and numbers: charts `heat_map`, `heat_map-2` and so on; none without any
/// number.
///
/// # Errors
/// A chart cannot be rendered.
pub fn heat_map(
    drivers: &[Drivers],
    measure: Measure,
    caption: &Caption<'_>,
    words: &Words,
) -> Result<Vec<ScoreChart>, RenderError> {
    finish("heat_map", words.heat_map_title, heat_map::pages(&known(drivers), measure, caption, words), caption)
}

/// The metrics and bars that have a number, longest bar first.
fn known(drivers: &[Drivers]) -> Vec<Drivers> {
    let mut out = drivers.to_vec();
    for d in &mut out {
        d.bars.retain(|b| b.main.value.is_finite());
        d.bars.sort_by(|a, b| b.main.value.abs().total_cmp(&a.main.value.abs()));
        d.noise = d.noise.filter(|x| x.is_finite());
    }
    out.retain(|d| !d.bars.is_empty());
    out
}

fn finish(name: &str, title: &str, pages: Vec<Canvas>, caption: &Caption<'_>) -> Result<Vec<ScoreChart>, RenderError> {
    let drawn = pages.into_iter().enumerate().map(|(i, page)| {
        let name = if i == 0 { name.to_string() } else { format!("{name}-{}", i + 1) };
        ScorePage { name, page, title: format!("{title}: {}", caption.title), shows: title }
    });
    rendered(&drawn.collect::<Vec<_>>())
}

/// The title of a page among several.
fn titled(title: &str, page: usize, of: usize, words: &Words) -> String {
    if of < 2 {
        return title.to_string();
    }
    fill(words.page_of, &[("title", title), ("n", &(page + 1).to_string()), ("of", &of.to_string())])
}

/// A metric as readers see it.
fn metric_name(metric: &str, words: &Words) -> String {
    let plain = metric.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if plain { called(&words.metric_names, metric) } else { metric.to_string() }
}

/// What stands above a panel: a title of up to two lines and a smaller line below it.
struct Heading {
    title: Vec<String>,
    below: String,
}

const TITLE_LINE: f64 = 15.0;
const BELOW_LINE: f64 = 14.0;

impl Heading {
    fn new(metric: &str, below: &[&str], width: f64, words: &Words) -> Heading {
        let said: Vec<&str> = below.iter().copied().filter(|s| !s.is_empty()).collect();
        Heading {
            title: wording::fold(&metric_name(metric, words), BODY, true, width, 2),
            below: wording::shortened(&said.join("; "), NOTE, false, width),
        }
    }

    fn height(&self) -> f64 {
        TITLE_LINE * self.title.len() as f64 + if self.below.is_empty() { 0.0 } else { BELOW_LINE }
    }

    /// Writes it from `x`, its last line ending above `foot`.
    fn write(&self, canvas: &mut Canvas, x: f64, foot: f64) {
        let mut y = foot - self.height() + 10.0;
        for line in &self.title {
            canvas.write_bold(x, y, line, BODY, TEXT, Anchor::Start);
            y += TITLE_LINE;
        }
        canvas.write(x, y - 1.0, &self.below, NOTE, MUTED, Anchor::Start);
    }
}
