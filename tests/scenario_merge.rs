//! How a scenario builds on another, and how policies become a timeline.

use std::path::PathBuf;

use antesala::scenario::{self, Overrides, Scenario};
use jiff::civil::{Date, date};
use tempfile::TempDir;

struct Files(TempDir);

impl Files {
    fn new(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        Files(folder)
    }

    fn load(&self, name: &str, overrides: &Overrides) -> Scenario {
        let path: PathBuf = self.0.path().join(name);
        scenario::load(path.to_str().unwrap(), overrides).unwrap_or_else(|e| panic!("{:?}", miette::Report::new(e)))
    }
}

/// Loads `b`, which builds on `a`, which builds on the tutorial.
fn on_top(a: &str, b: &str) -> Scenario {
    let a = format!("extends = 'tutorial'\n{a}");
    let b = format!("extends = 'a.toml'\n{b}");
    Files::new(&[("a.toml", &a), ("b.toml", &b)]).load("b.toml", &Overrides::default())
}

fn slots(scenario: &Scenario) -> Vec<(Date, i64)> {
    scenario.timeline.iter().map(|(from, params)| (*from, params.app.slots)).collect()
}

#[test]
fn plain_keys_are_those_of_the_last_file() {
    let s = on_top("title = 'A'\nquestion = 'Why?'\nseed = 7", "title = 'B'\nreplicates = 2");
    assert_eq!((s.title.as_str(), s.question.as_str()), ("B", "Why?"));
    assert_eq!((s.name.as_str(), s.seed, s.replicates, s.weight), ("b", 7, 2, 1));
    assert_eq!((s.start, s.end, s.days()), (date(2031, 3, 1), date(2031, 8, 31), 184));
    assert_eq!(s.world.name, "velmora");
}

#[test]
fn tables_are_merged_key_by_key() {
    let s = on_top("[app]\nslots = 5\nlead_days = 9", "[app]\nslots = 6");
    let app = &s.timeline[0].1.app;
    assert_eq!((app.slots, app.lead_days), (6, 9));
    let level = |a: &str, b: &str| on_top(a, b).timeline[0].1.enforcement.level.0.clone();
    assert_eq!(level("", "[enforcement.level]\nvalley = 0.9"), [0.15, 0.9, 0.05]);
    // A number means every name, and a table on top of it changes only its own.
    assert_eq!(level("enforcement.level = 0.5", "[enforcement.level]\nvalley = 0.9"), [0.5, 0.9, 0.5]);
    assert_eq!(level("[enforcement.level]\nvalley = 0.9", "enforcement.level = 0.5"), [0.5, 0.5, 0.5]);
}

#[test]
fn plain_arrays_are_replaced_whole() {
    let s = on_top("[app]\ngeofence = ['coast', 'valley']", "[app]\ngeofence = ['heights']");
    assert_eq!(s.timeline[0].1.app.geofence.0, [false, false, true]);
}

#[test]
fn arrays_of_tables_are_appended_replaced_or_dropped_by_id() {
    let outage = |id: &str, share: f64| {
        format!("[[outage]]\n{id}\nfunction = 'all'\nfrom = 2031-04-01\nto = 2031-04-02\nshare_failing = {share}\n")
    };
    let a = outage("", 0.1) + &outage("id = 'x'", 0.2);
    let b = outage("", 0.3) + &outage("id = 'x'", 0.4) + "[[outage]]\nid = 'confirmation-fails'\nremove = true\n";
    let s = on_top(&a, &b);
    let shares: Vec<f64> = s.outages.iter().map(|o| o.share_failing).collect();
    assert_eq!(shares, [0.1, 0.4, 0.3]);
    let s = on_top(
        "",
        "[[caravan]]\nid = 'midsummer'\nremove = true\n[[inflow.pulse]]\nid = 'boats-of-may'\nremove = true",
    );
    assert!(s.caravans.is_empty() && s.pulses.is_empty());
}

#[test]
fn policies_become_a_timeline() {
    let policy = |id: &str, from: &str, slots: i64| {
        format!("[[policy]]\nid = '{id}'\nfrom = {from}\nset = {{ 'app.slots' = {slots} }}\n")
    };
    let a = policy("early", "2030-01-01", 11)
        + &policy("at-the-start", "2031-03-01", 12)
        + &policy("late", "2032-01-01", 13);
    let b = policy("more-slots", "2031-05-01", 14) + &policy("the-same-day", "2031-05-01", 15);
    let s = on_top(&a, &b);
    let (april, may, june) = (date(2031, 4, 1), date(2031, 5, 1), date(2031, 6, 15));
    let (july, august) = (date(2031, 7, 15), date(2031, 8, 25));
    assert_eq!(slots(&s), [(s.start, 12), (april, 40), (may, 15), (june, 15), (july, 15), (august, 15)]);
    assert_eq!(s.params_on(date(2031, 4, 30)).app.slots, 40);
    let ids: Vec<&str> = s.policies.iter().map(|p| p.id.as_str()).collect();
    let expected = [
        "early",
        "at-the-start",
        "draw-and-confirm",
        "more-slots",
        "the-same-day",
        "coaches-refuse",
        "stricter-rule",
        "app-ends",
        "late",
    ];
    assert_eq!(ids, expected);
}

#[test]
fn a_policy_changes_only_what_it_sets() {
    let s = on_top(
        "",
        "[[policy]]\nid = 'p'\nfrom = 2031-03-11\nset = { enforcement.level.coast = 1, 'app.geofence.coast' = true }",
    );
    let (before, after) = (&s.timeline[0].1, &s.timeline[1].1);
    assert_eq!(s.timeline[1].0, date(2031, 3, 11));
    assert_eq!(after.enforcement.level.0, [1.0, 0.1, 0.05]);
    assert_eq!(after.app.geofence.0, [true, false, true]);
    assert_eq!((before.app.slots, &before.harm), (after.app.slots, &after.harm));
}

#[test]
fn values_overruled_by_policies_of_the_base_are_named() {
    let s = on_top("", "[app]\nslots = 5\n[harm]\nkidnap_days = 3\n[enforcement.level]\ncoast = 0.3\nheights = 0.1");
    let said: Vec<&str> = s.warnings.iter().map(String::as_str).collect();
    assert_eq!(said.len(), 2, "{said:?}");
    let ending = "holds until 2031-04-01, when the policy `draw-and-confirm` sets it again (and another after it)";
    assert!(
        said[0].starts_with("`app.slots` (") && said[0].contains("b.toml:3:1") && said[0].ends_with(ending),
        "{said:?}"
    );
    assert!(said[1].contains("`enforcement.level.coast`") && said[1].contains("`coaches-refuse`"), "{said:?}");
    let policy = "[[policy]]\nid = 'p'\nfrom = 2031-01-01\nset = { 'harm.kidnap_days' = 9 }";
    let s = on_top(policy, "[harm]\nkidnap_days = 3");
    assert_eq!(s.timeline[0].1.harm.kidnap_days, 9.0);
    assert!(s.warnings[0].contains("never holds: the policy `p`"), "{:?}", s.warnings);
    let set = vec!["policy.draw-and-confirm.app.slots=50".to_string(), "policy.more-slots.app.slots=60".into()];
    let s = scenario::load("tutorial", &Overrides { set, ..Overrides::default() }).unwrap();
    let expected =
        "--set policy.draw-and-confirm.app.slots holds until 2031-06-01, when the policy `more-slots` sets it again";
    assert_eq!(s.warnings, [expected]);
    // Within one file the author sees both.
    assert!(scenario::load("tutorial", &Overrides::default()).unwrap().warnings.is_empty());
}

#[test]
fn a_world_lies_beside_the_file_that_names_it() {
    let places = "place,name,kind,zone,admin1,pcode,lat,lon,return_weight,crossing_weight,asylum_weight,waiting_hub\n\
                  a,A,border,z,,,0,0,0,0,0,false\n";
    let files = Files::new(&[
        ("base/world/nationalities.csv", "nationality,national\nN,false\n"),
        ("base/world/modes.csv", "mode,leg_tag,speed_kmh,on_foot,papers\nm,t,,false,none\n"),
        ("base/world/places.csv", places),
        ("base/world/routes.csv", "from,to,km,hours,modes\n"),
        ("base/world/inflow.csv", "month,nationality,place,persons\n2031-01,N,a,5\n"),
        ("base/b.toml", "world = 'world'\nstart = 2031-01-01\nend = 2031-01-31\n[inflow]\nenabled = true\n"),
        ("top.toml", "extends = 'base/b.toml'\ntitle = 'T'\n"),
    ]);
    let s = files.load("top.toml", &Overrides::default());
    assert_eq!((s.world.name.as_str(), s.world.places.len(), s.title.as_str()), ("world", 1, "T"));
}

#[test]
fn the_command_line_is_put_on_top() {
    let files = Files::new(&[("s.toml", "extends = 'tutorial'\nseed = 3\nscale = 0.5\n")]);
    let overrides = Overrides {
        seed: Some(9),
        replicates: Some(2),
        scale: Some(0.1),
        to: Some(date(2031, 9, 30)),
        from: Some(date(2031, 9, 1)),
        set: vec!["app.slots=1".into(), "app.slots=2".into()],
        ..Overrides::default()
    };
    let s = files.load("s.toml", &overrides);
    assert_eq!((s.seed, s.replicates, s.weight), (9, 2, 10));
    assert_eq!((s.record_from, s.end), (date(2031, 9, 1), date(2031, 9, 30)));
    assert_eq!(s.timeline[0].1.app.slots, 2);
    assert!(s.warnings.iter().any(|w| w.contains("--set app.slots")), "{:?}", s.warnings);
    assert!(s.warnings.iter().any(|w| w.contains("2031-09")), "{:?}", s.warnings);
}

#[test]
fn the_lottery_is_the_task_that_others_run() {
    let overrides = Overrides { set: vec!["inflow.persons=1000000".into()], ..Overrides::default() };
    let s = scenario::load("bench/lottery", &overrides).unwrap();
    assert_eq!((s.days(), s.replicates, s.world.places.len(), s.world.legs.len()), (730, 1, 10, 9));
    assert_eq!((s.timeline.len(), s.timeline[0].1.inflow.persons), (1, 1_000_000));
    let daily = 1.0 - (1.0 - s.timeline[0].1.decisions.give_up_per_week[0]).powf(1.0 / 7.0);
    assert!((daily - 0.002).abs() < 1e-12, "{daily}");
}
