//! Small tables made at once, as CSV text.

/// Rows under a header; cells with commas, quotes or line breaks are quoted.
pub fn plain_table(header: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut out = csv::Writer::from_writer(Vec::new());
    let mut put = |row: &[String]| out.write_record(row).expect("rows are as long as the header");
    put(&header.iter().map(|name| name.to_string()).collect::<Vec<_>>());
    rows.into_iter().for_each(|row| put(&row));
    let bytes = out.into_inner().expect("memory can be written");
    String::from_utf8(bytes).expect("cells are text")
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
