//! What one parameter of a design may be.

use super::Kind;
use crate::scenario::Problem;
use crate::scenario::describe::Described;
use crate::scenario::error::suggestion;
use crate::scenario::tree::{Node, Plain, Table};

const SHAPES: [&str; 3] = ["uniform", "loguniform", "triangular"];
const RANGE_KEYS: [&str; 6] = ["low", "high", "distribution", "mode", "steps", "values"];

/// `{}` is one too: all there is.
pub fn is_range(table: &Table) -> bool {
    table.entries.is_empty() || table.entries.iter().any(|e| RANGE_KEYS.contains(&e.key.as_str()))
}

/// How many values a grid takes of a parameter, as written.
pub fn values_asked(node: &Node) -> f64 {
    let listed = |node: &Node| if let Plain::Array(items) = &node.plain { items.len() as f64 } else { 1.0 };
    let Plain::Table(table) = &node.plain else { return listed(node) };
    match (table.get("steps").map(|e| &e.node.plain), table.get("values")) {
        (Some(Plain::Int(steps)), _) => *steps as f64,
        (_, Some(entry)) => listed(&entry.node),
        _ => 1.0,
    }
}

/// How the numbers of a parameter are spread between its bounds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Shape {
    Uniform,
    /// Its logarithm is uniform.
    LogUniform,
    Triangular {
        mode: f64,
    },
}

/// What a parameter may be.
#[derive(Debug, Clone, PartialEq)]
pub enum Range {
    /// These, each as likely as another.
    Values(Vec<String>),
    Between {
        low: f64,
        high: f64,
        shape: Shape,
        steps: Option<usize>,
        whole: bool,
    },
}

/// A parameter that is varied.
#[derive(Debug, Clone, PartialEq)]
pub struct Factor {
    /// What `--set` takes.
    pub name: String,
    /// `float`, `int`, `bool`, `date` or `choice`.
    pub kind: &'static str,
    pub unit: &'static str,
    /// Its value in the scenario; `None` for one set for several names at once.
    pub now: Option<serde_json::Value>,
    /// `None`: as the points say.
    pub range: Option<Range>,
}

impl Factor {
    /// The value at a quantile, as a cell.
    pub fn cell(&self, u: f64) -> String {
        match &self.range {
            Some(Range::Values(values)) => values[((u * values.len() as f64) as usize).min(values.len() - 1)].clone(),
            // Every whole number between the bounds, these included, has the same share.
            Some(Range::Between { low, high, shape: Shape::Uniform, whole: true, .. }) => {
                number((low.ceil() + u * (high.floor() - low.ceil() + 1.0)).floor().min(high.floor()), true)
            }
            Some(Range::Between { low, high, shape, whole, .. }) => {
                between_cell(shape.quantile(u, *low, *high), *low, *high, *whole)
            }
            None => String::new(),
        }
    }

    /// The values of a grid.
    pub fn steps(&self) -> Vec<String> {
        match &self.range {
            Some(Range::Values(values)) => values.clone(),
            Some(Range::Between { low, high, shape, steps, whole }) => {
                let last = steps.unwrap_or(2).max(2) - 1;
                (0..=last)
                    .map(|i| between_cell(shape.quantile(i as f64 / last as f64, *low, *high), *low, *high, *whole))
                    .collect()
            }
            None => Vec::new(),
        }
    }
}

impl Shape {
    /// Inverse of the distribution between bounds.
    pub fn quantile(self, u: f64, low: f64, high: f64) -> f64 {
        let x = match self {
            Shape::Uniform => low + u * (high - low),
            Shape::LogUniform => libm::exp(libm::log(low) + u * (libm::log(high) - libm::log(low))),
            Shape::Triangular { mode } => {
                let at_mode = (mode - low) / (high - low);
                if u < at_mode {
                    low + (u * (high - low) * (mode - low)).sqrt()
                } else {
                    high - ((1.0 - u) * (high - low) * (high - mode)).sqrt()
                }
            }
        };
        x.clamp(low, high)
    }
}

/// A number between bounds; a whole one is not rounded beyond them.
fn between_cell(x: f64, low: f64, high: f64, whole: bool) -> String {
    number(if whole { x.round().clamp(low.ceil(), high.floor()) } else { x }, whole)
}

fn number(x: f64, whole: bool) -> String {
    match x.abs() {
        _ if whole => format!("{}", x.round() as i64),
        // In as many digits as it takes, without an exponent where people would not write one.
        size if size == 0.0 || (1e-6..1e15).contains(&size) => format!("{}", x + 0.0),
        _ => format!("{x:?}"),
    }
}

/// Reads what a parameter may be.
///
/// # Errors
/// Not a range, or one beyond the bounds of the parameter.
pub fn range(name: &str, node: &Node, of: &Described, kind: Kind) -> Result<Range, Problem> {
    let numeric = of.bounds.is_some();
    match &node.plain {
        // Two numbers are bounds, but in a grid all lists are values.
        Plain::Array(items) if numeric && items.len() == 2 && kind != Kind::Grid => {
            between(name, &items[0], &items[1], Shape::Uniform, None, of)
        }
        Plain::Array(items) => values(name, node, items, of),
        Plain::Table(table) => range_of_table(name, node, table, of, kind),
        _ => Err(Problem::at(&node.at, format!("`{name}` needs what it may be"), "one value varies nothing")
            .help("write [LOW, HIGH], { values = [...] } or { low = ..., high = ... }")),
    }
}

fn range_of_table(name: &str, node: &Node, table: &Table, of: &Described, kind: Kind) -> Result<Range, Problem> {
    if let Some(entry) = table.entries.iter().find(|e| !RANGE_KEYS.contains(&e.key.as_str())) {
        let message = format!("a range has no key `{}`", entry.key);
        return Err(Problem::at(&entry.key_at, message, "unknown key").help(suggestion(&entry.key, RANGE_KEYS)));
    }
    let get = |key: &str| table.get(key).map(|e| &e.node);
    if let Some(list) = get("values") {
        if table.entries.len() > 1 {
            return Err(Problem::at(&node.at, "`values` stands alone", "with other keys"));
        }
        return values(name, list, list.array("`values`")?, of);
    }
    let Some((low, high)) = bounds(of) else {
        let message = format!("`{name}` is no number");
        return Err(Problem::at(&node.at, message, "has no bounds").help("write { values = [...] }"));
    };
    let fallback = |x: f64| Node { at: node.at.clone(), plain: Plain::Float(x) };
    let (low, high) = (get("low").cloned().unwrap_or(fallback(low)), get("high").cloned().unwrap_or(fallback(high)));
    let steps = get("steps").map(|n| n.whole("`steps`", 2, 10_000)).transpose()?.map(|n| n as usize);
    match (kind == Kind::Grid, steps, get("steps")) {
        (true, None, _) => {
            let message = format!("`{name}` on a grid needs `steps` or `values`");
            return Err(Problem::at(&node.at, message, "how many?"));
        }
        (false, _, Some(steps)) => return Err(Problem::at(&steps.at, "`steps` goes with a grid", "not here")),
        _ => {}
    }
    let shape = match get("distribution").map(|n| n.text("`distribution`")).transpose()? {
        None | Some("uniform") => Shape::Uniform,
        Some("loguniform") => Shape::LogUniform,
        Some("triangular") => {
            let mode = get("mode").ok_or_else(|| Problem::at(&node.at, "`triangular` lacks `mode`", "add it"))?;
            Shape::Triangular { mode: mode.number("`mode`", f64::MIN, f64::MAX)? }
        }
        Some(other) => {
            let at = get("distribution").map_or(&node.at, |n| &n.at);
            let message = format!("`distribution` must be one of {}", SHAPES.join(", "));
            return Err(Problem::at(at, message, "unknown").help(suggestion(other, SHAPES)));
        }
    };
    if let (Some(mode), false) = (get("mode"), matches!(shape, Shape::Triangular { .. })) {
        return Err(Problem::at(&mode.at, "`mode` goes with distribution = \"triangular\"", "not here"));
    }
    between(name, &low, &high, shape, steps, of)
}

/// The bounds of a parameter.
fn bounds(of: &Described) -> Option<(f64, f64)> {
    let (low, high) = of.bounds.as_ref()?;
    Some((low.as_f64()?, high.as_f64()?))
}

fn between(
    name: &str,
    low: &Node,
    high: &Node,
    shape: Shape,
    steps: Option<usize>,
    of: &Described,
) -> Result<Range, Problem> {
    let Some((least, most)) = bounds(of) else {
        return Err(Problem::at(&low.at, format!("`{name}` is no number"), "has no bounds"));
    };
    let what = format!("a bound of `{name}`");
    let (a, b) = (low.number(&what, least, most)?, high.number(&what, least, most)?);
    if a >= b {
        return Err(Problem::at(
            &high.at,
            format!("`{name}`: the upper bound must lie above the lower"),
            "not above it",
        ));
    }
    match shape {
        Shape::LogUniform if a <= 0.0 => {
            return Err(Problem::at(&low.at, "`loguniform` needs bounds above 0", "not above 0"));
        }
        Shape::Triangular { mode } if !(a..=b).contains(&mode) => {
            return Err(Problem::at(&low.at, format!("`mode` must lie from {a} to {b}"), "the bounds"));
        }
        _ => {}
    }
    if of.kind == "int" && b.floor() <= a.ceil() {
        let message = format!("`{name}` is a whole number: two of them at least must lie from {a} to {b}");
        return Err(Problem::at(&high.at, message, "too near"));
    }
    if of.kind == "int" && steps.is_some_and(|n| n as f64 > b.floor() - a.ceil() + 1.0) {
        let message = format!("`{name}` is a whole number: fewer than that lie from {a} to {b}");
        return Err(Problem::at(&high.at, message, "too many steps"));
    }
    Ok(Range::Between { low: a, high: b, shape, steps, whole: of.kind == "int" })
}

fn values(name: &str, node: &Node, items: &[Node], of: &Described) -> Result<Range, Problem> {
    let numeric = bounds(of);
    let mut cells = Vec::new();
    for item in items {
        let cell = match (&item.plain, numeric) {
            (Plain::Float(x), Some(_)) if of.kind == "int" && x.fract() != 0.0 => {
                return Err(Problem::at(&item.at, format!("`{name}` takes a whole number"), "not whole"));
            }
            (Plain::Int(_) | Plain::Float(_), Some((low, high))) => {
                number(item.number(&format!("a value of `{name}`"), low, high)?, of.kind == "int")
            }
            (Plain::Bool(b), None) => b.to_string(),
            (Plain::Text(_), None) => item.line(&format!("a value of `{name}`"))?.to_string(),
            (Plain::When(_), None) => item.date(&format!("a value of `{name}`"))?.to_string(),
            _ => {
                let message = format!("`{name}` takes {}", article(of.kind));
                return Err(Problem::at(&item.at, message, format!("this is {}", item.kind())));
            }
        };
        if cells.contains(&cell) {
            return Err(Problem::at(&item.at, format!("`{name}` has the value {cell} twice"), "the second"));
        }
        cells.push(cell);
    }
    match cells.len() {
        0 => Err(Problem::at(&node.at, format!("`{name}` has no value"), "empty")),
        _ => Ok(Range::Values(cells)),
    }
}

fn article(kind: &str) -> &'static str {
    match kind {
        "float" => "a number",
        "int" => "a whole number",
        "bool" => "true or false",
        "date" => "a date without quotes",
        _ => "one of its choices, in quotes",
    }
}
