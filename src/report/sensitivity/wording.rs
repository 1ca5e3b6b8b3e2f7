//! Long names in little room: broken at dots and underscores, or cut in the middle.

use crate::report::draw::font;

/// Longest text looked at, in characters.
const LONGEST: usize = 240;
const CUT: char = '…';

/// Lines no wider than `limit`, at most `most`; what does not fit is cut from the middle of the text.
pub(super) fn fold(text: &str, size: f64, bold: bool, limit: f64, most: usize) -> Vec<String> {
    let text = font::printable(text);
    let chars: Vec<char> = text.trim().chars().collect();
    let lines = lines(&chars, size, bold, limit);
    if chars.len() <= LONGEST && lines.len() <= most {
        return lines;
    }
    let fitting = |kept: &usize| self::lines(&cut(&chars, *kept), size, bold, limit).len() <= most;
    let kept = (1..chars.len().min(LONGEST)).rev().find(fitting).unwrap_or(0);
    self::lines(&cut(&chars, kept), size, bold, limit)
}

/// One line no wider than `limit`.
pub(super) fn shortened(text: &str, size: f64, bold: bool, limit: f64) -> String {
    fold(text, size, bold, limit, 1).pop().unwrap_or_default()
}

/// `kept` characters from both ends.
fn cut(chars: &[char], kept: usize) -> Vec<char> {
    let (head, tail) = (kept / 2, kept - kept / 2);
    let mut out = chars[..head].to_vec();
    while out.last() == Some(&' ') {
        out.pop();
    }
    out.push(CUT);
    out.extend(chars[chars.len() - tail..].iter().skip_while(|c| **c == ' '));
    out
}

/// Where a name may be broken, after the character.
fn is_joint(c: char) -> bool {
    " ._-/*+=([,:".contains(c)
}

/// Whether a part of the text that must stay whole is wider than `limit`.
pub(super) fn is_split(text: &str, size: f64, bold: bool, limit: f64) -> bool {
    text.split_inclusive(is_joint).any(|part| font::width(part, size, bold) > limit)
}

/// Breaks after spaces, else after dots, else after underscores and the like, else anywhere.
fn lines(chars: &[char], size: f64, bold: bool, limit: f64) -> Vec<String> {
    let width = |s: &[char]| font::width(s.iter().collect::<String>().trim_end(), size, bold);
    let mut out = Vec::new();
    let mut from = 0;
    while from < chars.len() {
        let fits = (from + 1..=chars.len()).take_while(|to| width(&chars[from..*to]) <= limit).last();
        let end = fits.unwrap_or(from + 1);
        let after = |is: fn(char) -> bool| (from + 2..=end).rev().find(|to| is(chars[to - 1]));
        let to = match end == chars.len() {
            true => end,
            false => {
                let dot = after(|c| c == '.').filter(|to| 5 * (to - from) >= 2 * (end - from));
                after(|c| c == ' ').or(dot).or(after(is_joint)).unwrap_or(end)
            }
        };
        out.push(chars[from..to].iter().collect::<String>().trim().to_string());
        from = to;
    }
    out.retain(|line| !line.is_empty());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_are_broken_or_cut() {
        let name = "policy.geofence-south.app.slots";
        assert_eq!(fold(name, 10.0, false, 500.0, 2), [name]);
        let two = fold(name, 10.0, false, 110.0, 2);
        assert_eq!(two.concat(), name);
        for limit in [0.0, 8.0, 30.0, 60.0, 120.0] {
            let one = fold(&name.repeat(9), 10.0, false, limit, 2);
            assert!(one.len() <= 2 && one.concat().contains(CUT), "{limit}: {one:?}");
            assert!(limit < 30.0 || one.iter().all(|l| font::width(l, 10.0, false) <= limit), "{one:?}");
        }
        assert_eq!(shortened("", 10.0, false, 50.0), "");
        assert!(font::has(CUT));
    }
}
