//! Who has something to do today: one sweep over a compact clock column a day.

/// A due day that never comes.
pub const NEVER: u16 = u16::MAX;

/// Rows due today, by stage, in row order.
#[derive(Debug, Clone, Default)]
pub struct Agenda {
    lists: Vec<Vec<u32>>,
}

impl Agenda {
    /// Empties the lists of `stages` stages, keeping their memory.
    pub fn clear(&mut self, stages: usize) {
        self.lists.resize_with(stages, Vec::new);
        self.lists.iter_mut().for_each(Vec::clear);
    }

    #[inline]
    pub fn push(&mut self, stage: usize, row: u32) {
        self.lists[stage].push(row);
    }

    /// A stage's list.
    pub fn list(&self, stage: usize) -> &[u32] {
        self.lists.get(stage).map_or(&[], Vec::as_slice)
    }

    /// Takes a stage's list out for reading; give it back with `put_back` to keep its memory.
    pub fn take(&mut self, stage: usize) -> Vec<u32> {
        self.lists.get_mut(stage).map(std::mem::take).unwrap_or_default()
    }

    pub fn put_back(&mut self, stage: usize, mut list: Vec<u32>) {
        list.clear();
        if let Some(slot) = self.lists.get_mut(stage) {
            *slot = list;
        }
    }
}

/// A household's due day after `days` from `today`, never before tomorrow.
#[inline]
pub fn due_after(today: u16, days: u16) -> u16 {
    today.saturating_add(days.max(1))
}
