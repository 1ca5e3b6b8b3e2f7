//! An observation as bytes and back: whole numbers in as few bytes as they need, runs of zeros in
//! two. Read only by the version that wrote it (the spool checks), so it carries no schema.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use jiff::civil::Date;

use crate::model::observation::{
    CaravanRow, Count, Cube, EquityRow, Event, LegRow, Observation, PathRow, PortDay, QueueDay, WaitClock, WaitGroup,
    WaitKind, WaitRow,
};

/// The observation as bytes.
pub fn encode(o: &Observation) -> Vec<u8> {
    let mut out = Encoder(Vec::with_capacity(1 << 20));
    out.int(o.replicate);
    out.option(o.first_day, Encoder::date);
    out.int(o.days as u64);
    for cube in [&o.stocks_by_place, &o.stocks_by_nationality, &o.flows] {
        out.cube(cube);
    }
    out.list(&o.appointments, Encoder::port_day);
    out.list(&o.foreigners, |out, n| out.int(*n));
    out.list(&o.outside_geofence, |out, n| n.iter().for_each(|x| out.int(*x)));
    out.list(&o.waits, Encoder::wait);
    out.list(&o.equity, Encoder::equity);
    out.list(&o.caravans, Encoder::caravan);
    out.list(&o.legs, Encoder::leg);
    out.list(&o.paths, Encoder::path);
    out.list(&o.queue, |out, q| [q.backlog, q.registered_long, q.present_long].iter().for_each(|n| out.int(*n)));
    out.cube(&o.events_by_place);
    out.list(&o.persons_intercepted, |out, n| out.int(*n));
    out.0
}

/// The observation of some bytes; `None` if they are not one, or not all of one.
pub fn decode(bytes: &[u8]) -> Option<Observation> {
    let mut from = Decoder(bytes);
    let observation = Observation {
        replicate: from.int()?,
        first_day: from.option(Decoder::date)?,
        days: from.int()?,
        stocks_by_place: from.cube()?,
        stocks_by_nationality: from.cube()?,
        flows: from.cube()?,
        appointments: from.list(Decoder::port_day)?,
        foreigners: from.list(Decoder::int)?,
        outside_geofence: from.list(|from| Some([from.int()?, from.int()?]))?,
        waits: from.list(Decoder::wait)?,
        equity: from.list(Decoder::equity)?,
        caravans: from.list(Decoder::caravan)?,
        legs: from.list(Decoder::leg)?,
        paths: from.list(Decoder::path)?,
        queue: from.list(|from| {
            Some(QueueDay { backlog: from.int()?, registered_long: from.int()?, present_long: from.int()? })
        })?,
        events_by_place: from.cube()?,
        persons_intercepted: from.list(Decoder::int)?,
    };
    from.0.is_empty().then_some(observation)
}

struct Encoder(Vec<u8>);

impl Encoder {
    /// Seven bits a byte, lowest first.
    fn int(&mut self, value: impl Into<u64>) {
        let mut value = value.into();
        while value >= 0x80 {
            self.0.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
    }

    fn index(&mut self, value: usize) {
        self.int(value as u64);
    }

    fn float(&mut self, value: f64) {
        self.0.extend_from_slice(&value.to_bits().to_le_bytes());
    }

    fn date(&mut self, value: Date) {
        self.int(value.year() as u16);
        self.0.extend_from_slice(&[value.month() as u8, value.day() as u8]);
    }

    fn text(&mut self, value: &str) {
        self.index(value.len());
        self.0.extend_from_slice(value.as_bytes());
    }

    fn option<T>(&mut self, value: Option<T>, put: impl Fn(&mut Self, T)) {
        self.0.push(u8::from(value.is_some()));
        if let Some(value) = value {
            put(self, value);
        }
    }

    fn list<T>(&mut self, values: &[T], put: impl Fn(&mut Self, &T)) {
        self.index(values.len());
        for value in values {
            put(self, value);
        }
    }

    /// A cell is persons + 1 and households, or 0 and the length of a run of empty cells.
    fn cube(&mut self, cube: &Cube) {
        for size in [cube.days, cube.first, cube.second] {
            self.index(size);
        }
        let mut cells = cube.cells.iter().peekable();
        while let Some(cell) = cells.next() {
            if cell.is_zero() {
                let mut run = 1u64;
                while cells.next_if(|c| c.is_zero()).is_some() {
                    run += 1;
                }
                self.int(0u64);
                self.int(run);
            } else {
                self.int(u64::from(cell.persons) + 1);
                self.int(cell.households);
            }
        }
    }

    fn port_day(&mut self, p: &PortDay) {
        for n in [p.slots, p.offered, p.confirmed, p.lapsed, p.no_show, p.processed, p.requests, p.backlog] {
            self.int(n);
        }
    }

    fn wait(&mut self, w: &WaitRow) {
        self.date(w.date);
        self.0.extend_from_slice(&[w.kind as u8, w.clock as u8, w.group as u8]);
        self.int(w.n);
        for x in [w.mean, w.p10, w.p50, w.p90, w.p95] {
            self.option(x, Self::float);
        }
    }

    fn equity(&mut self, e: &EquityRow) {
        self.index(e.nationality);
        self.int(e.household_size);
        self.text(e.measure);
        self.float(e.value);
    }

    fn caravan(&mut self, c: &CaravanRow) {
        self.text(&c.caravan);
        self.date(c.date);
        self.index(c.place);
        self.float(c.km);
        for n in [
            c.persons,
            c.households,
            c.families,
            c.small_families,
            c.children,
            c.small_children,
            c.joined,
            c.left,
            c.detained,
        ] {
            self.int(n);
        }
        self.text(c.status);
    }

    fn leg(&mut self, l: &LegRow) {
        self.date(l.month);
        for i in [l.from, l.to, l.mode] {
            self.index(i);
        }
        self.int(l.persons);
    }

    fn path(&mut self, p: &PathRow) {
        self.int(p.household);
        self.int(p.family);
        self.date(p.date);
        self.index(p.nationality);
        self.0.extend_from_slice(&[p.persons, p.children]);
        self.option(p.place, Self::index);
        self.0.push(p.event as u8);
    }
}

struct Decoder<'a>(&'a [u8]);

impl<'a> Decoder<'a> {
    fn bytes(&mut self, n: usize) -> Option<&'a [u8]> {
        let (bytes, rest) = self.0.split_at_checked(n)?;
        self.0 = rest;
        Some(bytes)
    }

    fn byte(&mut self) -> Option<u8> {
        Some(self.bytes(1)?[0])
    }

    fn int<T: TryFrom<u64>>(&mut self) -> Option<T> {
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return T::try_from(value).ok();
            }
        }
        None
    }

    fn float(&mut self) -> Option<f64> {
        Some(f64::from_bits(u64::from_le_bytes(self.bytes(8)?.try_into().ok()?)))
    }

    fn date(&mut self) -> Option<Date> {
        let year = self.int::<u16>()? as i16;
        let (month, day) = (self.byte()?, self.byte()?);
        Date::new(year, month as i8, day as i8).ok()
    }

    fn text(&mut self) -> Option<&'a str> {
        let n = self.int()?;
        std::str::from_utf8(self.bytes(n)?).ok()
    }

    /// A text that the model knows by a constant. The few there are live as long as the program.
    fn constant(&mut self) -> Option<&'static str> {
        static KNOWN: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
        let text = self.text()?;
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(same) = known.get(text) {
            return Some(same);
        }
        let text: &'static str = Box::leak(text.into());
        known.insert(text);
        Some(text)
    }

    fn option<T>(&mut self, get: impl Fn(&mut Self) -> Option<T>) -> Option<Option<T>> {
        match self.byte()? {
            0 => Some(None),
            1 => Some(Some(get(self)?)),
            _ => None,
        }
    }

    fn list<T>(&mut self, get: impl Fn(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let n: usize = self.int()?;
        // Every item takes a byte at least: a damaged length asks for no memory.
        let mut list = Vec::with_capacity(n.min(self.0.len()));
        for _ in 0..n {
            list.push(get(self)?);
        }
        Some(list)
    }

    fn cube(&mut self) -> Option<Cube> {
        let (days, first, second): (usize, usize, usize) = (self.int()?, self.int()?, self.int()?);
        let size = days.checked_mul(first)?.checked_mul(second)?;
        let mut cells = Vec::new();
        while cells.len() < size {
            match self.int::<u64>()? {
                0 => {
                    let run: usize = self.int()?;
                    if run > size - cells.len() {
                        return None;
                    }
                    cells.resize(cells.len() + run, Count::default());
                }
                n => cells.push(Count { persons: u32::try_from(n - 1).ok()?, households: self.int()? }),
            }
        }
        Some(Cube { days, first, second, cells })
    }

    fn port_day(&mut self) -> Option<PortDay> {
        Some(PortDay {
            slots: self.int()?,
            offered: self.int()?,
            confirmed: self.int()?,
            lapsed: self.int()?,
            no_show: self.int()?,
            processed: self.int()?,
            requests: self.int()?,
            backlog: self.int()?,
        })
    }

    fn wait(&mut self) -> Option<WaitRow> {
        Some(WaitRow {
            date: self.date()?,
            kind: *WaitKind::ALL.get(self.byte()? as usize)?,
            clock: *WaitClock::ALL.get(self.byte()? as usize)?,
            group: *WaitGroup::ALL.get(self.byte()? as usize)?,
            n: self.int()?,
            mean: self.option(Self::float)?,
            p10: self.option(Self::float)?,
            p50: self.option(Self::float)?,
            p90: self.option(Self::float)?,
            p95: self.option(Self::float)?,
        })
    }

    fn equity(&mut self) -> Option<EquityRow> {
        Some(EquityRow {
            nationality: self.int()?,
            household_size: self.int()?,
            measure: self.constant()?,
            value: self.float()?,
        })
    }

    fn caravan(&mut self) -> Option<CaravanRow> {
        Some(CaravanRow {
            caravan: self.text()?.to_string(),
            date: self.date()?,
            place: self.int()?,
            km: self.float()?,
            persons: self.int()?,
            households: self.int()?,
            families: self.int()?,
            small_families: self.int()?,
            children: self.int()?,
            small_children: self.int()?,
            joined: self.int()?,
            left: self.int()?,
            detained: self.int()?,
            status: self.constant()?,
        })
    }

    fn leg(&mut self) -> Option<LegRow> {
        Some(LegRow {
            month: self.date()?,
            from: self.int()?,
            to: self.int()?,
            mode: self.int()?,
            persons: self.int()?,
        })
    }

    fn path(&mut self) -> Option<PathRow> {
        Some(PathRow {
            household: self.int()?,
            family: self.int()?,
            date: self.date()?,
            nationality: self.int()?,
            persons: self.byte()?,
            children: self.byte()?,
            place: self.option(Self::int)?,
            event: *Event::ALL.get(self.byte()? as usize)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::sample;

    #[test]
    fn every_cut_is_noticed() {
        let bytes = encode(&sample::observation(&sample::scenario(), 1));
        assert!(decode(&bytes).is_some());
        for n in (0..bytes.len()).step_by(7) {
            assert!(decode(&bytes[..n]).is_none(), "{n} of {}", bytes.len());
        }
    }
}
