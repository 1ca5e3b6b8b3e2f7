//! Setting parameters: from tables of a scenario, from policies, from `--set path=value`.

use super::error::{Problem, Problems, Spot, Text, suggestion};
use super::field::{Key, Kind, Names, SetError, Spec, Value};
use super::params::{Params, specs};
use super::tree::{self, Entry, Node, Plain, Table};

/// One parameter, or one key of it, and the value it gets.
#[derive(Debug, Clone)]
pub struct Assignment {
    pub spec: &'static Spec,
    /// Nationality, zone or mode, for parameters keyed by one.
    pub key: Option<String>,
    pub value: Value,
    /// Where the name stands.
    pub key_at: Spot,
    /// Where the value stands.
    pub at: Spot,
}

impl Assignment {
    /// Path with its key: what `--set` and a policy's `set` take.
    pub fn path(&self) -> String {
        match &self.key {
            Some(key) => format!("{}.{key}", self.spec.path),
            None => self.spec.path.to_string(),
        }
    }

    /// Whether both set the same number.
    pub fn meets(&self, other: &Assignment) -> bool {
        self.spec.path == other.spec.path && (self.key.is_none() || other.key.is_none() || self.key == other.key)
    }

    /// Sets the parameter.
    ///
    /// # Errors
    /// Wrong type, out of bounds, a name the world does not have.
    pub fn apply(&self, params: &mut Params, names: &Names) -> Result<(), Problem> {
        let key = self.key.as_deref();
        params.set(self.spec.path, key, &self.value, names).map_err(|e| self.problem(e))
    }

    fn problem(&self, error: SetError) -> Problem {
        let (path, spec) = (self.path(), self.spec);
        match error {
            SetError::UnknownPath => unknown(&path, &self.key_at),
            SetError::WrongType { expected } => {
                Problem::at(&self.at, format!("`{path}` must be {}", expected.replace(" ()", "")), "wrong type")
                    .help(spec.meaning)
            }
            SetError::NotFinite => {
                Problem::at(&self.at, format!("`{path}` must be a finite number"), "not finite").help(spec.meaning)
            }
            SetError::OutOfRange { low, high } => {
                let message = format!("`{path}` must lie from {low} to {high}{}", unit_of(spec));
                Problem::at(&self.at, message, "out of bounds").help(spec.meaning)
            }
            SetError::UnknownName { name, allowed } => {
                let what = match (spec.key, spec.kind) {
                    (Key::Nationality, _) => "nationality",
                    (Key::Mode, _) => "mode",
                    (Key::Zone, _) | (Key::None, Kind::Zones) => "zone",
                    _ => "choice",
                };
                let at = if self.key.is_some() { &self.key_at } else { &self.at };
                Problem::at(at, format!("`{path}`: there is no {what} `{name}`"), format!("unknown {what}"))
                    .help(suggestion(&name, allowed.iter().map(String::as_str)))
            }
            SetError::NotKeyed => not_keyed(spec, &self.key_at),
        }
    }
}

fn unit_of(spec: &Spec) -> String {
    if spec.unit.is_empty() { String::new() } else { format!(" ({})", spec.unit) }
}

fn not_keyed(spec: &Spec, at: &Spot) -> Problem {
    Problem::at(at, format!("`{}` takes one value, not one a name", spec.path), "has no names").help(spec.meaning)
}

/// Whether a parameter may be set name by name.
fn has_names(spec: &Spec) -> bool {
    spec.key != Key::None || spec.kind == Kind::Zones
}

/// What a dotted path means.
enum Meaning {
    Parameter(&'static Spec, Option<String>),
    /// The beginning of several paths.
    Group,
    Unknown,
}

fn meaning(path: &str) -> Meaning {
    for spec in specs() {
        if spec.path == path {
            return Meaning::Parameter(spec, None);
        }
        if let Some(key) = path.strip_prefix(spec.path).and_then(|rest| rest.strip_prefix('.')) {
            let plain = key.strip_prefix('"').and_then(|k| k.strip_suffix('"'));
            return Meaning::Parameter(spec, Some(plain.unwrap_or(key).to_string()));
        }
    }
    match specs().iter().any(|s| s.path.strip_prefix(path).is_some_and(|rest| rest.starts_with('.'))) {
        true => Meaning::Group,
        false => Meaning::Unknown,
    }
}

fn unknown(path: &str, at: &Spot) -> Problem {
    let group = path.split('.').next().unwrap_or_default();
    let inside = |s: &&Spec| s.path.strip_prefix(group).is_some_and(|rest| rest.starts_with('.'));
    let mut near: Vec<&str> = specs().iter().filter(inside).map(|s| s.path).collect();
    if near.is_empty() {
        near = specs().iter().map(|s| s.path).collect();
    }
    Problem::at(at, format!("there is no parameter `{path}`"), "unknown parameter")
        .help(format!("{} (all: `antesala params describe`)", suggestion(path, near)))
}

/// All assignments of a table of parameters whose keys continue the path `prefix`; entries named
/// in `except` are left to others.
pub fn from_table(table: &Table, prefix: &str, except: &[&str], problems: &mut Problems) -> Vec<Assignment> {
    let mut found = Vec::new();
    for entry in &table.entries {
        if problems.enough() {
            break;
        }
        let path = if prefix.is_empty() { entry.key.clone() } else { format!("{prefix}.{}", entry.key) };
        if !except.contains(&path.as_str()) {
            from_entry(entry, &path, except, &mut found, problems);
        }
    }
    found
}

fn from_entry(entry: &Entry, path: &str, except: &[&str], found: &mut Vec<Assignment>, problems: &mut Problems) {
    match (meaning(path), &entry.node.plain) {
        (Meaning::Unknown, _) => problems.push(unknown(path, &entry.key_at)),
        (Meaning::Group, Plain::Table(table)) => found.extend(from_table(table, path, except, problems)),
        (Meaning::Group, _) => problems.push(
            Problem::at(&entry.node.at, format!("`{path}` is a group of parameters"), "must be a table")
                .help(format!("write [{path}] and its parameters below")),
        ),
        (Meaning::Parameter(spec, None), Plain::Table(table)) if has_names(spec) => {
            for inner in &table.entries {
                if problems.enough() {
                    break;
                }
                let key = Some(inner.key.clone());
                found.extend(problems.keep(assignment(spec, key, &inner.key_at, &inner.node)));
            }
        }
        (Meaning::Parameter(spec, None), Plain::Table(_)) => problems.push(not_keyed(spec, &entry.node.at)),
        (Meaning::Parameter(spec, key), _) => {
            found.extend(problems.keep(assignment(spec, key, &entry.key_at, &entry.node)))
        }
    }
}

fn assignment(spec: &'static Spec, key: Option<String>, key_at: &Spot, node: &Node) -> Result<Assignment, Problem> {
    if key.is_some() && !has_names(spec) {
        return Err(not_keyed(spec, key_at));
    }
    let value = value(node)?;
    Ok(Assignment { spec, key, value, key_at: key_at.clone(), at: node.at.clone() })
}

fn value(node: &Node) -> Result<Value, Problem> {
    let wrong = |label: String| Err(Problem::at(&node.at, "this is not a value of a parameter", label));
    match &node.plain {
        Plain::Bool(b) => Ok(Value::Bool(*b)),
        Plain::Int(i) => Ok(i64::try_from(*i).map_or(Value::Float(*i as f64), Value::Int)),
        Plain::Float(x) => Ok(Value::Float(*x)),
        Plain::Text(s) => Ok(Value::Text(s.clone())),
        Plain::Array(nodes) => {
            nodes.iter().map(|n| n.text("each item").map(str::to_string)).collect::<Result<_, _>>().map(Value::List)
        }
        Plain::When(_) | Plain::Table(_) => wrong(format!("this is {}", node.kind())),
    }
}

/// Reads one `--set path=value`.
///
/// # Errors
/// No `=`, an unknown path, not a value.
pub fn from_argument(argument: &str) -> Result<Assignment, Problem> {
    from_argument_after(argument, 0)
}

/// Reads `--set policy.ID.path=value`: the policy's id and what is set in it. `None` if the
/// argument is not about a policy.
///
/// # Errors
/// No such policy, or what [`from_argument`] refuses.
pub fn from_policy_argument(argument: &str, ids: &[&str]) -> Option<Result<(String, Assignment), Problem>> {
    let rest = argument.trim_start().strip_prefix("policy.")?;
    let skipped = argument.len() - rest.len();
    let within = |id: &&&str| rest.strip_prefix(**id).is_some_and(|after| after.starts_with('.'));
    // Ids may hold dots: the longest that fits is meant.
    Some(match ids.iter().filter(within).max_by_key(|id| id.len()) {
        Some(id) => from_argument_after(argument, skipped + id.len() + 1).map(|a| (id.to_string(), a)),
        None => {
            let id = rest.split(['.', '=']).next().unwrap_or_default();
            let spot = Spot { text: Text::of_argument("--set", argument), span: skipped..skipped + id.len() };
            Err(Problem::at(&spot, format!("there is no policy `{id}`"), "unknown policy")
                .help(suggestion(id, ids.iter().copied())))
        }
    })
}

/// Reads `path=value` that begins at an offset of an argument.
fn from_argument_after(argument: &str, begin: usize) -> Result<Assignment, Problem> {
    let text = Text::of_argument("--set", argument);
    let spot = |span| Spot { text: text.clone(), span };
    let Some(equals) = outside_quotes(argument, '=').filter(|at| *at >= begin) else {
        return Err(Problem::at(&spot(0..argument.len()), "--set takes path=value", "no `=`")
            .help("for instance --set app.slots=1000"));
    };
    let path = argument[begin..equals].trim();
    let key_at = spot(begin..equals);
    let (spec, key) = match meaning(path) {
        Meaning::Parameter(spec, key) => (spec, key),
        Meaning::Group => {
            let inside =
                specs().iter().map(|s| s.path).filter(|p| p.starts_with(&format!("{path}."))).collect::<Vec<_>>();
            return Err(Problem::at(&key_at, format!("`{path}` is a group of parameters"), "not one parameter")
                .help(suggestion(path, inside)));
        }
        Meaning::Unknown => return Err(unknown(path, &key_at)),
    };
    let from = equals + 1 + (argument[equals + 1..].len() - argument[equals + 1..].trim_start().len());
    let bare = argument[from..].trim();
    let at = spot(from..from + bare.len());
    // A word needs no quotes where a word is wanted: shells take them away.
    if matches!(spec.kind, Kind::Choice(_)) && bare.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return Ok(Assignment { spec, key, value: Value::Text(bare.into()), key_at, at });
    }
    if spec.kind == Kind::Zones && key.is_none() && !bare.starts_with('[') {
        let word = bare.trim_matches(['"', '\'']);
        let list = if word.is_empty() { "[\"ZONE\"]".to_string() } else { format!("[\"{word}\"]") };
        return Err(Problem::at(&at, format!("`{path}` must be a list of zone names"), "not a list")
            .help(format!("write it as --set '{path}={list}', or zone by zone: --set {path}.ZONE=true")));
    }
    let node = tree::parse_value(&text, from)?;
    if let (Plain::Table(_), true) = (&node.plain, has_names(spec)) {
        let message = "one --set sets one value";
        return Err(Problem::at(&at, message, "a table").help(format!("repeat it: --set {}.NAME=VALUE", spec.path)));
    }
    let mut assignment = assignment(spec, key, &key_at, &node)?;
    if let (Kind::Int, Value::Float(x)) = (spec.kind, &assignment.value) {
        // Designs vary whole numbers between bounds like any other.
        assignment.value = Value::Float(x.round());
    }
    Ok(assignment)
}

fn outside_quotes(text: &str, wanted: char) -> Option<usize> {
    let mut quoted = false;
    text.char_indices().find_map(|(i, c)| {
        quoted ^= c == '"';
        (c == wanted && !quoted).then_some(i)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> Names {
        Names {
            nationalities: vec!["Alta".into(), "Baja Mar".into()],
            zones: vec!["south".into(), "north".into()],
            modes: vec!["bus".into()],
        }
    }

    fn set(argument: &str) -> Result<Params, Problem> {
        let names = names();
        let mut params = Params::defaults(&names);
        from_argument(argument)?.apply(&mut params, &names)?;
        Ok(params)
    }

    #[test]
    fn arguments_set_parameters_and_keys() {
        assert_eq!(set("app.slots=1000").unwrap().app.slots, 1000);
        assert_eq!(set("household.alone_share.\"Baja Mar\"=0.4").unwrap().household.alone_share.0, [0.55, 0.4]);
        assert_eq!(set("household.alone_share.Baja Mar = 0.4").unwrap().household.alone_share.0, [0.55, 0.4]);
        assert_eq!(set("enforcement.level=0.5").unwrap().enforcement.level.0, [0.5, 0.5]);
        assert_eq!(set("app.geofence=[\"north\"]").unwrap().app.geofence.0, [false, true]);
        assert_eq!(set("app.geofence.south=false").unwrap().app.geofence.0, [false, true]);
        assert_eq!(set("app.slots=999.6").unwrap().app.slots, 1000);
        assert!(set("app.booking=first_come").is_ok() && set("app.booking=\"first_come\"").is_ok());
    }

    #[test]
    fn wrong_arguments_say_what_is_meant() {
        let help = |argument| set(argument).unwrap_err().help.unwrap_or_default();
        assert!(help("app.slot=1").contains("`app.slots`"));
        assert!(help("enforcement.level.nort=1").contains("`north`"));
        assert!(help("app=1").contains("app.slots") || help("app=1").contains("are allowed"));
        assert!(set("app.slots").unwrap_err().message.contains("path=value"));
        assert!(set("app.slots=").is_err());
        assert!(set("app.slots=nan").unwrap_err().message.contains("finite"));
        assert!(set("app.slots.south=3").unwrap_err().message.contains("takes one value"));
        assert_eq!(set("app.slots=-5").unwrap_err().spot.unwrap().to_string(), "--set:1:11");
    }
}
