//! A base map from GeoJSON: outlines and lines, with the level each feature states.

use serde_json::Value;

/// What a shape of the base map is, from its property `level`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// A neighbouring country (`adm0`).
    Neighbour,
    /// A division of the country itself (`adm1`, or no level).
    Home,
    /// A faint line (`adm1-line`, or any line).
    Line,
}

/// A ring or line of (lon, lat).
#[derive(Debug, Clone, PartialEq)]
pub struct Outline {
    pub level: Level,
    pub points: Vec<(f64, f64)>,
}

/// Every ring and line of a GeoJSON text; `None` if it is no feature collection.
pub fn read(text: &str) -> Option<Vec<Outline>> {
    let root: Value = serde_json::from_str(text).ok()?;
    let mut out = Vec::new();
    for feature in root.get("features")?.as_array()? {
        let level = match feature.pointer("/properties/level").and_then(Value::as_str) {
            Some("adm0") => Level::Neighbour,
            Some("adm1-line") => Level::Line,
            _ => Level::Home,
        };
        let Some(kind) = feature.pointer("/geometry/type").and_then(Value::as_str) else { continue };
        let Some(coordinates) = feature.pointer("/geometry/coordinates") else { continue };
        let (depth, level) = match kind {
            "Polygon" => (1, level),
            "MultiPolygon" => (2, level),
            "LineString" => (0, Level::Line),
            "MultiLineString" => (1, Level::Line),
            _ => continue,
        };
        collect(coordinates, depth, level, &mut out);
    }
    Some(out)
}

/// Walks down `depth` arrays to lists of positions.
fn collect(value: &Value, depth: usize, level: Level, out: &mut Vec<Outline>) {
    let Some(items) = value.as_array() else { return };
    if depth > 0 {
        items.iter().for_each(|item| collect(item, depth - 1, level, out));
        return;
    }
    let position = |p: &Value| Some((p.get(0)?.as_f64()?, p.get(1)?.as_f64()?));
    let points: Vec<(f64, f64)> = items.iter().filter_map(position).collect();
    if points.len() > 1 {
        out.push(Outline { level, points });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_polygons_and_lines() {
        let text = r#"{"type":"FeatureCollection","features":[
            {"type":"Feature","properties":{"level":"adm0"},"geometry":{"type":"MultiPolygon","coordinates":[[[[0,0],[1,0],[1,1],[0,0]]]]}},
            {"type":"Feature","properties":{},"geometry":{"type":"LineString","coordinates":[[0,0],[1,1]]}},
            {"type":"Feature","properties":{},"geometry":null}]}"#;
        let got = read(text).expect("a collection");
        assert_eq!(
            got.iter().map(|o| (o.level, o.points.len())).collect::<Vec<_>>(),
            [(Level::Neighbour, 4), (Level::Line, 2)]
        );
        assert!(read("[]").is_none() && read("no json").is_none());
    }
}
