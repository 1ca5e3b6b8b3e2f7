use super::*;
use crate::scenario::{Overrides, describe, load};

fn expanded(toml: &str) -> Result<Design, String> {
    let scenario = load("tutorial", &Overrides::default()).unwrap();
    let text = Text::new("d.toml", toml);
    let said = |e: ScenarioError| {
        let say = |p: &Problem| {
            let at = p.spot.as_ref().map(|s| s.to_string()).unwrap_or_default();
            format!("{at} {} {}", p.message, p.help.clone().unwrap_or_default())
        };
        e.problems().map(say).collect::<Vec<_>>().join("\n")
    };
    let draft = Draft::of_toml("d".into(), &text, Path::new("d.toml")).map_err(said)?;
    draft.expand(&describe::all(&scenario), &scenario).map_err(said)
}

#[test]
fn a_grid_has_every_combination() {
    let design = expanded(
        "kind = 'grid'\n[parameters]\n'app.diligence' = [0.5, 0.75, 1]\napp.slots = { low = 10, high = 20, steps = 2 }\n",
    );
    let design = design.unwrap();
    let rows: Vec<String> = design.rows.iter().map(|r| r.join(" ")).collect();
    assert_eq!(rows, ["0.5 10", "0.5 20", "0.75 10", "0.75 20", "1 10", "1 20"]);
    assert_eq!(design.settings(3), ["app.diligence=0.75", "app.slots=20"]);
    assert_eq!(design.ids, [1, 2, 3, 4, 5, 6]);
}

#[test]
fn other_kinds_fill_the_ranges() {
    for (kind, rows) in [("lhs", 16), ("sobol", 16), ("prior", 16), ("saltelli", 16 * 4), ("morris", 16 * 3)] {
        let design = expanded(&format!(
            "kind = '{kind}'\npoints = 16\n[parameters]\n'app.diligence' = [0.5, 0.7]\n'app.slots' = {{}}\n"
        ));
        let design = design.unwrap();
        assert_eq!(design.rows.len(), rows, "{kind}");
        for row in &design.rows {
            assert!((0.5..=0.7).contains(&row[0].parse::<f64>().unwrap()));
            assert!(row[1].parse::<i64>().is_ok());
        }
    }
}

#[test]
fn whole_numbers_stay_within_their_bounds() {
    let design = expanded("kind = 'grid'\n[parameters]\n'app.slots' = { low = 10.4, high = 20.6, steps = 2 }\n");
    assert_eq!(design.unwrap().rows, [["11"], ["20"]]);
}

#[test]
fn shapes_have_their_quantiles() {
    assert_eq!(Shape::Uniform.quantile(0.25, 0.0, 8.0), 2.0);
    assert!((Shape::LogUniform.quantile(0.5, 1.0, 100.0) - 10.0).abs() < 1e-9);
    let triangle = Shape::Triangular { mode: 1.0 };
    assert!((triangle.quantile(0.5, 0.0, 2.0) - 1.0).abs() < 1e-12);
    assert!((triangle.quantile(0.125, 0.0, 2.0) - 0.5).abs() < 1e-12);
}

#[test]
fn wrong_designs_say_where_and_what_is_meant() {
    for (toml, said) in [
        ("kind = 'gird'\n[parameters]\n'app.slots' = [1]\n", "d.toml:1:8 `kind` must be one of"),
        ("kind = 'lhs'\n[parameters]\n'app.slots' = [1, 2]\n", "lacks `points`"),
        ("kind = 'grid'\npoints = 3\n[parameters]\n'app.slots' = [1]\n", "d.toml:2:10"),
        ("kind = 'grid'\n", "at least one parameter"),
        (
            "kind = 'grid'\n[parameters]\n'app.slot' = [1]\n",
            "d.toml:3:1 there is no parameter `app.slot` did you mean `app.slots`",
        ),
        ("kind = 'lhs'\npoints = 4\n[parameters]\n'app.diligence' = [0.5, 1.5]\n", "d.toml:4:25"),
        ("kind = 'lhs'\npoints = 4\n[parameters]\n'app.diligence' = [0.9, 0.5]\n", "must lie above"),
        ("kind = 'lhs'\npoints = 4\n[parameters]\n'app.diligence' = 0.5\n", "needs what it may be"),
        ("kind = 'lhs'\npoints = 4\n[parameters]\n'app.enabled' = [0.5, 1]\n", "takes true or false"),
        ("kind = 'lhs'\npoints = 4\n[parameters]\n'app.slots' = { lo = 3, high = 4 }\n", "no key `lo`"),
        ("kind = 'grid'\nmetric = []\n[parameters]\n'app.slots' = [1]\n", "did you mean `metrics`"),
        ("kind = 'lhs'\npoints = 4\n[parameters]\n'app.slots' = { distribution = 'loguniform', low = 0 }\n", "above 0"),
        ("kind = 'lhs'\npoints = 4\n[parameters]\n'app.slots' = [10.2, 10.8]\n", "two of them at least"),
        ("kind = 'morris'\npoints = 4\nlevels = 5\n[parameters]\n'app.slots' = {}\n", "even"),
        ("kind = 'saltelli'\npoints = 999999\n[parameters]\n'app.slots' = {}\n", "at most"),
    ] {
        let error = expanded(toml).unwrap_err();
        assert!(error.contains(said), "{toml}\n{error}");
    }
}

#[test]
fn points_are_taken_as_given() {
    let text = Text::new("d.csv", "point,app.slots,app.diligence\n7,10,0.5\n3,20,0.25\n");
    let found = given(&text).unwrap();
    assert_eq!((found.ids, found.names.len(), found.rows[1].join(" ")), (vec![7, 3], 2, "20 0.25".to_string()));
    for wrong in ["", "point\n1\n", "a,b\n1\n", "point,a\n0,1\n", "point,a\n1,1\n1,2\n", "a,\n1,2\n", "a\n"] {
        assert!(given(&Text::new("d.csv", wrong)).is_err(), "{wrong:?}");
    }
}
