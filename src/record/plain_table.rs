//! Small tables made at once, as CSV text.

/// Rows under a header; cells with commas, quotes or line breaks are quoted.
pub fn plain_table(header: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut out = csv::Writer::from_writer(Vec::new());
    // Writing to memory fails only for rows of another length than the header.
    let mut put = |row: &[String]| {
        let written = out.write_record(row);
        debug_assert!(written.is_ok(), "{row:?}");
    };
    put(&header.iter().map(|name| name.to_string()).collect::<Vec<_>>());
    rows.into_iter().for_each(|row| put(&row));
    String::from_utf8(out.into_inner().unwrap_or_default()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_needs_quotes_has_them() {
        let text = plain_table(&["a", "b"], [vec!["x,y".into(), "say \"z\"".into()], vec!["".into(), "1".into()]]);
        assert_eq!(text, "a,b\n\"x,y\",\"say \"\"z\"\"\"\n,1\n");
    }
}
