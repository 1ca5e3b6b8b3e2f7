//! Kinds of parameter values: how each is set from plain input, checked, and read back.

use std::ops::Index;

/// Names of the world that indexed parameters are keyed by.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names {
    pub nationalities: Vec<String>,
    pub zones: Vec<String>,
    pub modes: Vec<String>,
}

/// What a parameter is keyed by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    None,
    Nationality,
    Zone,
    Mode,
}

impl Key {
    /// The names this kind of key may take in a given world.
    pub fn names<'a>(&self, names: &'a Names) -> &'a [String] {
        match self {
            Key::None => &[],
            Key::Nationality => &names.nationalities,
            Key::Zone => &names.zones,
            Key::Mode => &names.modes,
        }
    }
}

/// A parameter's type as users see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Float,
    Int,
    Bool,
    Choice(&'static [&'static str]),
    /// A list of zone names.
    Zones,
}

/// A plain value, as read from a scenario or a `--set`.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Float(f64),
    Int(i64),
    Bool(bool),
    Text(String),
    List(Vec<String>),
    /// One number a name (parameters keyed by nationality, zone or mode).
    Map(Vec<(String, f64)>),
}

/// Why a value was refused; the loader adds file, line and column.
#[derive(Debug, Clone, PartialEq)]
pub enum SetError {
    UnknownPath,
    WrongType {
        expected: String,
    },
    OutOfRange {
        low: f64,
        high: f64,
    },
    NotFinite,
    /// `name` is not one of `allowed`.
    UnknownName {
        name: String,
        allowed: Vec<String>,
    },
    /// A key was given for a parameter that has none.
    NotKeyed,
}

/// Meaning, unit, bounds and source of one parameter: the only place that states them.
#[derive(Debug, Clone, Copy)]
pub struct Spec {
    /// Dotted path, e.g. `app.share_oldest`.
    pub path: &'static str,
    pub kind: Kind,
    pub key: Key,
    pub unit: &'static str,
    /// Plausible bounds; values outside are refused.
    pub low: f64,
    pub high: f64,
    /// Source id, or "assumed".
    pub source: &'static str,
    pub meaning: &'static str,
}

/// A typed parameter slot.
pub trait Field {
    fn kind() -> Kind
    where
        Self: Sized;
    fn key() -> Key
    where
        Self: Sized,
    {
        Key::None
    }
    fn set(&mut self, key: Option<&str>, value: &Value, spec: &Spec, names: &Names) -> Result<(), SetError>;
    fn get(&self, names: &Names) -> Value;
}

fn number(value: &Value, spec: &Spec) -> Result<f64, SetError> {
    let x = match value {
        Value::Float(x) => *x,
        Value::Int(i) => *i as f64,
        _ => return Err(SetError::WrongType { expected: format!("a number ({})", spec.unit) }),
    };
    if !x.is_finite() {
        return Err(SetError::NotFinite);
    }
    if x < spec.low || x > spec.high {
        return Err(SetError::OutOfRange { low: spec.low, high: spec.high });
    }
    Ok(x)
}

impl Field for f64 {
    fn kind() -> Kind {
        Kind::Float
    }
    fn set(&mut self, key: Option<&str>, value: &Value, spec: &Spec, _: &Names) -> Result<(), SetError> {
        if key.is_some() {
            return Err(SetError::NotKeyed);
        }
        *self = number(value, spec)?;
        Ok(())
    }
    fn get(&self, _: &Names) -> Value {
        Value::Float(*self)
    }
}

impl Field for i64 {
    fn kind() -> Kind {
        Kind::Int
    }
    fn set(&mut self, key: Option<&str>, value: &Value, spec: &Spec, _: &Names) -> Result<(), SetError> {
        if key.is_some() {
            return Err(SetError::NotKeyed);
        }
        let x = number(value, spec)?;
        if x.fract() != 0.0 {
            return Err(SetError::WrongType { expected: format!("a whole number ({})", spec.unit) });
        }
        *self = x as i64;
        Ok(())
    }
    fn get(&self, _: &Names) -> Value {
        Value::Int(*self)
    }
}

impl Field for bool {
    fn kind() -> Kind {
        Kind::Bool
    }
    fn set(&mut self, key: Option<&str>, value: &Value, _: &Spec, _: &Names) -> Result<(), SetError> {
        if key.is_some() {
            return Err(SetError::NotKeyed);
        }
        match value {
            Value::Bool(b) => *self = *b,
            _ => return Err(SetError::WrongType { expected: "true or false".into() }),
        }
        Ok(())
    }
    fn get(&self, _: &Names) -> Value {
        Value::Bool(*self)
    }
}

macro_rules! keyed {
    ($(#[$doc:meta])* $name:ident, $key:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq)]
        pub struct $name(pub Vec<f64>);

        impl $name {
            /// The same value for every name.
            pub fn uniform(value: f64, names: &Names) -> Self {
                $name(vec![value; $key.names(names).len()])
            }
        }

        impl Index<usize> for $name {
            type Output = f64;
            #[inline]
            fn index(&self, i: usize) -> &f64 {
                &self.0[i]
            }
        }

        impl Field for $name {
            fn kind() -> Kind {
                Kind::Float
            }
            fn key() -> Key {
                $key
            }
            fn set(&mut self, key: Option<&str>, value: &Value, spec: &Spec, names: &Names) -> Result<(), SetError> {
                let known = $key.names(names);
                match (key, value) {
                    (None, Value::Map(entries)) => {
                        for (name, x) in entries {
                            self.set(Some(name), &Value::Float(*x), spec, names)?;
                        }
                    }
                    (None, value) => {
                        let x = number(value, spec)?;
                        self.0.iter_mut().for_each(|slot| *slot = x);
                    }
                    (Some(name), value) => {
                        let i = known.iter().position(|n| n == name).ok_or_else(|| SetError::UnknownName {
                            name: name.to_string(),
                            allowed: known.to_vec(),
                        })?;
                        self.0[i] = number(value, spec)?;
                    }
                }
                Ok(())
            }
            fn get(&self, names: &Names) -> Value {
                Value::Map($key.names(names).iter().cloned().zip(self.0.iter().copied()).collect())
            }
        }
    };
}

keyed!(
    /// One number a nationality.
    PerNationality,
    Key::Nationality
);
keyed!(
    /// One number a zone.
    PerZone,
    Key::Zone
);
keyed!(
    /// One number a mode of travel.
    PerMode,
    Key::Mode
);

/// A set of zones, written as a list of names.
#[derive(Debug, Clone, PartialEq)]
pub struct ZoneSet(pub Vec<bool>);

impl ZoneSet {
    /// No zone, or every zone.
    pub fn uniform(all: bool, names: &Names) -> Self {
        ZoneSet(vec![all; names.zones.len()])
    }

    #[inline]
    pub fn contains(&self, zone: usize) -> bool {
        self.0[zone]
    }

    /// Puts one zone in or out: the form of design columns.
    fn set_zone(&mut self, zone: &str, value: &Value, names: &Names) -> Result<(), SetError> {
        let i = names.zones.iter().position(|z| z == zone);
        let unknown = || SetError::UnknownName { name: zone.to_string(), allowed: names.zones.clone() };
        match (i, value) {
            (None, _) => Err(unknown()),
            (Some(i), Value::Bool(inside)) => {
                self.0[i] = *inside;
                Ok(())
            }
            _ => Err(SetError::WrongType { expected: "true or false".into() }),
        }
    }
}

impl Field for ZoneSet {
    fn kind() -> Kind {
        Kind::Zones
    }
    fn set(&mut self, key: Option<&str>, value: &Value, _: &Spec, names: &Names) -> Result<(), SetError> {
        if let Some(zone) = key {
            return self.set_zone(zone, value, names);
        }
        let Value::List(list) = value else {
            return Err(SetError::WrongType { expected: "a list of zone names".into() });
        };
        let mut set = vec![false; names.zones.len()];
        for name in list {
            let i = names
                .zones
                .iter()
                .position(|z| z == name)
                .ok_or_else(|| SetError::UnknownName { name: name.clone(), allowed: names.zones.clone() })?;
            set[i] = true;
        }
        self.0 = set;
        Ok(())
    }
    fn get(&self, names: &Names) -> Value {
        Value::List(names.zones.iter().zip(&self.0).filter(|(_, on)| **on).map(|(z, _)| z.clone()).collect())
    }
}

/// How slots are booked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Booking {
    /// All slots released at one hour, first come first served; households may be split.
    FirstCome,
    /// A day's requests, then an allocation, then a confirmation.
    TwoStep,
}

const BOOKING: &[&str] = &["first_come", "two_step"];

impl Field for Booking {
    fn kind() -> Kind {
        Kind::Choice(BOOKING)
    }
    fn set(&mut self, key: Option<&str>, value: &Value, _: &Spec, _: &Names) -> Result<(), SetError> {
        if key.is_some() {
            return Err(SetError::NotKeyed);
        }
        let Value::Text(text) = value else {
            return Err(SetError::WrongType { expected: "\"first_come\" or \"two_step\"".into() });
        };
        *self = match text.as_str() {
            "first_come" => Booking::FirstCome,
            "two_step" => Booking::TwoStep,
            _ => {
                return Err(SetError::UnknownName {
                    name: text.clone(),
                    allowed: BOOKING.iter().map(|s| s.to_string()).collect(),
                });
            }
        };
        Ok(())
    }
    fn get(&self, _: &Names) -> Value {
        Value::Text(BOOKING[*self as usize].into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::params::{Params, specs};

    fn names() -> Names {
        Names {
            nationalities: vec!["Alta".into(), "Baja".into()],
            zones: vec!["south".into(), "north".into()],
            modes: vec!["bus".into()],
        }
    }

    #[test]
    fn every_default_lies_within_its_bounds() {
        let names = names();
        let mut params = Params::defaults(&names);
        for spec in specs() {
            let value = params.get(spec.path, &names).unwrap();
            assert_eq!(params.set(spec.path, None, &value, &names), Ok(()), "{}", spec.path);
            assert_eq!(params.get(spec.path, &names), Some(value), "{}", spec.path);
        }
    }

    #[test]
    fn values_are_checked() {
        let names = names();
        let mut params = Params::defaults(&names);
        let mut set = |path: &str, key: Option<&str>, value: Value| params.set(path, key, &value, &names);
        assert_eq!(set("app.share_oldest", None, Value::Float(1.5)), Err(SetError::OutOfRange { low: 0.0, high: 1.0 }));
        assert_eq!(set("app.share_oldest", None, Value::Float(f64::NAN)), Err(SetError::NotFinite));
        assert_eq!(set("app.sharp", None, Value::Int(1)), Err(SetError::UnknownPath));
        assert_eq!(set("app.slots", Some("x"), Value::Int(1)), Err(SetError::NotKeyed));
        assert!(matches!(set("app.slots", None, Value::Float(1.5)), Err(SetError::WrongType { .. })));
        assert!(matches!(
            set("app.geofence", None, Value::List(vec!["sud".into()])),
            Err(SetError::UnknownName { .. })
        ));
        assert_eq!(set("household.alone_share", Some("Baja"), Value::Float(0.25)), Ok(()));
        assert_eq!(params.household.alone_share.0, vec![0.55, 0.25]);
    }
}
