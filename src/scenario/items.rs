//! Arrays of tables over a chain of files: appended, replaced by id, or dropped; their keys checked.

use std::collections::{BTreeMap, BTreeSet};

use super::error::{Problem, Problems, Spot, suggestion};
use super::layers::Layer;
use super::tree::{Node, Plain, Table};

/// One entry of `[[policy]]`, `[[outage]]`, `[[caravan]]` or `[[inflow.pulse]]`.
#[derive(Debug, Clone, Copy)]
pub struct Item<'a> {
    /// Name of the array, for messages.
    pub what: &'static str,
    pub id: Option<&'a str>,
    pub table: &'a Table,
    pub at: &'a Spot,
}

/// The entries of one array of tables that are left when the files of a chain, base first, are
/// put on top of each other.
pub fn merged<'a>(layers: &'a [Layer], what: &'static str, problems: &mut Problems) -> Vec<Item<'a>> {
    let mut items = Kept::default();
    for layer in layers {
        let Some(node) = find(&layer.root, what) else { continue };
        let Some(nodes) = problems.keep(array_of_tables(node, what)) else { continue };
        let mut own: BTreeSet<&str> = BTreeSet::new();
        for (node, table) in nodes {
            if problems.enough() {
                break;
            }
            let Some(item) = problems.keep(item(what, node, table)) else { continue };
            if let Some(id) = item.id
                && !own.insert(id)
            {
                let message = format!("two `[[{what}]]` have the id `{id}` in one file");
                problems.push(Problem::at(&id_spot(&item), message, "the second"));
                continue;
            }
            problems.keep(items.put(item));
        }
    }
    items.list.into_iter().flatten().collect()
}

/// Entries as files are put on top of each other.
#[derive(Default)]
struct Kept<'a> {
    /// In the order they came in, those dropped left empty.
    list: Vec<Option<Item<'a>>>,
    /// Where the one of an id is.
    at: BTreeMap<&'a str, usize>,
}

fn find<'a>(root: &'a Table, what: &str) -> Option<&'a Node> {
    let mut parts = what.split('.');
    let first = root.get(parts.next()?)?;
    parts.try_fold(&first.node, |node, part| match &node.plain {
        Plain::Table(table) => table.get(part).map(|e| &e.node),
        _ => None,
    })
}

fn array_of_tables<'a>(node: &'a Node, what: &str) -> Result<Vec<(&'a Node, &'a Table)>, Problem> {
    let wrong = |at: &Spot| {
        Problem::at(at, format!("`{what}` must be an array of tables"), "not one")
            .help(format!("write [[{what}]] above each"))
    };
    let nodes = node.array(what).map_err(|p| wrong(p.spot.as_ref().unwrap_or(&node.at)))?;
    let tables = nodes.iter().map(|n| match &n.plain {
        Plain::Table(table) => Ok((n, table)),
        _ => Err(wrong(&n.at)),
    });
    tables.collect()
}

fn item<'a>(what: &'static str, node: &'a Node, table: &'a Table) -> Result<Item<'a>, Problem> {
    let id = match table.get("id") {
        Some(entry) => Some(entry.node.line("`id`")?).filter(|id| !id.is_empty()),
        None => None,
    };
    if let (Some(entry), None) = (table.get("id"), id) {
        return Err(Problem::at(&entry.node.at, "an id must not be empty", "empty"));
    }
    Ok(Item { what, id, table, at: &node.at })
}

fn id_spot(item: &Item) -> Spot {
    item.table.get("id").map_or(item.at, |e| &e.node.at).clone()
}

impl<'a> Kept<'a> {
    /// Appends an item, or replaces or drops the one with the same id.
    fn put(&mut self, item: Item<'a>) -> Result<(), Problem> {
        let remove = match item.table.get("remove") {
            Some(entry) => entry.node.boolean("`remove`")?,
            None => false,
        };
        let same = item.id.and_then(|id| self.at.get(id).copied());
        match (same, remove) {
            (Some(i), true) => {
                self.list[i] = None;
                if let Some(id) = item.id {
                    self.at.remove(id);
                }
            }
            (Some(i), false) => self.list[i] = Some(item),
            (None, false) => {
                if let Some(id) = item.id {
                    self.at.insert(id, self.list.len());
                }
                self.list.push(Some(item));
            }
            (None, true) => {
                let known: Vec<&str> = self.list.iter().flatten().filter_map(|i| i.id).collect();
                let message = format!("there is no `[[{}]]` with this id to remove", item.what);
                let help = suggestion(item.id.unwrap_or_default(), known);
                return Err(Problem::at(&id_spot(&item), message, "not in the base").help(help));
            }
        }
        Ok(())
    }
}

impl<'a> Item<'a> {
    /// Refuses keys other than these (and `id`, `remove`).
    pub fn only(&self, keys: &[&str], problems: &mut Problems) {
        let known = || keys.iter().copied().chain(["id", "remove"]);
        for entry in &self.table.entries {
            if problems.enough() {
                break;
            }
            if !known().any(|k| k == entry.key) {
                let message = format!("`[[{}]]` has no key `{}`", self.what, entry.key);
                let help = suggestion(&entry.key, known().collect::<Vec<_>>());
                problems.push(Problem::at(&entry.key_at, message, "unknown key").help(help));
            }
        }
    }

    pub fn maybe(&self, key: &str) -> Option<&'a Node> {
        self.table.get(key).map(|e| &e.node)
    }

    /// The value of a key that must be there.
    pub fn need(&self, key: &str) -> Result<&'a Node, Problem> {
        self.maybe(key).ok_or_else(|| {
            let message = format!("this `[[{}]]` lacks `{key}`", self.what);
            Problem::at(self.at, message, format!("add `{key} = ...`"))
        })
    }

    /// Reads a key that must be there, gathering its problem.
    pub fn read<T>(&self, key: &str, problems: &mut Problems, read: impl Fn(&Node) -> Result<T, Problem>) -> Option<T> {
        problems.keep(self.need(key).and_then(read))
    }

    /// Reads a key that may be left out (`Some(None)`), gathering its problem.
    pub fn read_maybe<T>(
        &self,
        key: &str,
        problems: &mut Problems,
        read: impl Fn(&Node) -> Result<T, Problem>,
    ) -> Option<Option<T>> {
        problems.keep(self.maybe(key).map(read).transpose())
    }

    /// The id, where one is mandatory.
    pub fn read_id(&self, problems: &mut Problems) -> Option<String> {
        self.read("id", problems, |node| node.line("`id`").map(str::to_string))
    }
}

#[cfg(test)]
mod tests {
    use super::super::error::Text;
    use super::super::layers::Origin;
    use super::super::tree;
    use super::*;

    fn layer(toml: &str) -> Layer {
        let text = Text::new("t", toml);
        let root = tree::parse(&text).unwrap();
        Layer { text, root, origin: Origin::Builtin("t".into()) }
    }

    fn ids(files: &[&str]) -> Result<Vec<String>, Vec<String>> {
        let layers: Vec<Layer> = files.iter().map(|f| layer(f)).collect();
        let mut problems = Problems::default();
        let items = merged(&layers, "outage", &mut problems);
        match problems.into_result() {
            Err(e) => Err(e.problems().map(|p| format!("{} {}", p.spot.as_ref().unwrap(), p.message)).collect()),
            Ok(()) => Ok(items
                .iter()
                .map(|i| {
                    let x = i.maybe("x").map_or("-".into(), |n| format!("{:?}", n.plain));
                    format!("{}:{x}", i.id.unwrap_or("?"))
                })
                .collect()),
        }
    }

    #[test]
    fn entries_are_appended_replaced_in_place_and_dropped() {
        let base = "[[outage]]\nid = 'a'\nx = 1\n[[outage]]\nx = 2\n[[outage]]\nid = 'c'\nx = 3\n";
        assert_eq!(ids(&[base]).unwrap(), ["a:Int(1)", "?:Int(2)", "c:Int(3)"]);
        let over = "[[outage]]\nid = 'a'\nx = 9\n[[outage]]\nid = 'c'\nremove = true\n[[outage]]\nid = 'd'\n";
        assert_eq!(ids(&[base, over]).unwrap(), ["a:Int(9)", "?:Int(2)", "d:-"]);
    }

    #[test]
    fn dropping_what_is_not_there_and_the_same_id_twice_are_refused() {
        let base = "[[outage]]\nid = 'confirm'\n";
        let wrong = ids(&[base, "[[outage]]\nid = 'confrm'\nremove = true\n"]).unwrap_err();
        assert!(wrong[0].starts_with("t:2:6 there is no `[[outage]]`"), "{wrong:?}");
        assert!(ids(&[&base.repeat(2)]).unwrap_err()[0].starts_with("t:4:6 two `[[outage]]`"));
        assert!(ids(&["outage = 3\n"]).unwrap_err()[0].contains("array of tables"));
    }
}
