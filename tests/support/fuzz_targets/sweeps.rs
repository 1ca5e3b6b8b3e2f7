//! What runs many times over: plans of calibrations, designs and manifests of sweeps, points of a batch, metrics.

use std::path::Path;
use std::sync::LazyLock;

use antesala::experiment::batch_point::BatchPoint;
use antesala::experiment::calibrate::plan::Plan;
use antesala::experiment::sweep::design::Draft;
use antesala::experiment::sweep::manifest::Manifest;
use antesala::record::expression::Vocabulary;
use antesala::scenario::describe::{self, Described};
use antesala::scenario::{Overrides, Prepared, Scenario, ScenarioError, Spot};

use super::{refused, text};

/// Most points of a design that are chosen, and numbers in them: large ones take long as they should.
const MOST_POINTS: f64 = 2_000.0;
const MOST_CELLS: f64 = 20_000.0;
/// Most shards of a manifest that are counted one by one.
const MOST_SHARDS: usize = 1_000;

static TUTORIAL: LazyLock<Prepared> =
    LazyLock::new(|| Prepared::open("tutorial", &Overrides::default()).expect("a built-in scenario"));
static SCENARIO: LazyLock<Scenario> = LazyLock::new(|| TUTORIAL.with(&[]).expect("a built-in scenario"));
static DESCRIBED: LazyLock<Vec<Described>> = LazyLock::new(|| describe::all(&SCENARIO));
static WORDS: LazyLock<Vocabulary> = LazyLock::new(|| Vocabulary::of(&SCENARIO));

/// A plan, which is also written as carried out and read again.
pub fn calibration_plan(bytes: &[u8]) {
    let Some(text) = text("plan.toml", bytes) else { return };
    let mut plan = match Plan::of_text("plan.toml", text) {
        Ok(plan) => plan,
        Err(error) => return drop(refused(&error)),
    };
    let families = SCENARIO.world.targets.iter().map(|t| t.family.as_str());
    if let Err(error) = plan.check(families) {
        refused(&error);
    }
    let written = antesala::scenario::Text::new("again.toml", plan.text_in(Path::new("nowhere")));
    let again = Plan::of_text("plan.toml", written.clone()).unwrap_or_else(|e| panic!("{e}: {}", written.text));
    let essence = |p: &Plan| {
        let parameters: Vec<_> =
            p.parameters.iter().map(|p| (p.name.clone(), p.paths.clone(), p.low, p.high)).collect();
        let sizes = (p.scale, p.final_scale, p.waves.clone(), p.repeats, p.draws, p.seed);
        (p.scenario.clone(), sizes, parameters, p.set.clone(), p.train_to)
    };
    assert_eq!(essence(&plan), essence(&again), "{}", written.text);
    let middle = plan.parameters.iter().map(|p| p.low + (p.high - p.low) / 2.0).collect();
    plan.scenario = "tutorial".into();
    if let Err(error) = plan.load(&Overrides::default(), 1.0, &[middle]) {
        refused(&error);
    }
}

/// A design that says how points are chosen.
pub fn design_toml(bytes: &[u8]) {
    let Some(text) = text("d.toml", bytes) else { return };
    expand(Draft::of_toml("d".into(), &text, Path::new("d.toml")));
}

/// A design of points.
pub fn design_csv(bytes: &[u8]) {
    let Some(text) = text("d.csv", bytes) else { return };
    expand(Draft::of_points("d".into(), &text));
}

/// Chooses the points and builds the first of them; all have the same columns.
fn expand(draft: Result<Draft, ScenarioError>) {
    let draft = match draft {
        Ok(draft) => draft,
        Err(error) => return drop(refused(&error)),
    };
    let (points, parameters) = draft.size();
    if points > MOST_POINTS || points * parameters as f64 > MOST_CELLS {
        return;
    }
    let set = draft.set.clone();
    let design = match draft.expand(&DESCRIBED, &SCENARIO) {
        Ok(design) => design,
        Err(error) => return drop(refused(&error)),
    };
    assert!(!design.rows.is_empty() && design.rows.len() == design.ids.len());
    assert!(design.rows.iter().all(|row| row.len() == design.factors.len()));
    if let Err(error) = design.refuse_set(&set) {
        refused(&error);
    }
    if let Err(error) = TUTORIAL.with(&design.settings(0)) {
        error.problems().for_each(|problem| drop(refused(&design.placed(0, problem).into())));
    }
}

/// The manifest of a sweep; `@program@`, `@version@` and `@commit@` stand for those of this program.
pub fn manifest_json(bytes: &[u8]) {
    let (program, version, commit, _) = Manifest::format();
    let own = |text: &str| serde_json::json!(text).to_string();
    let commit = commit.map_or("null".to_string(), |commit| own(&commit));
    let text = String::from_utf8_lossy(bytes)
        .replace("\"@program@\"", &own(&program))
        .replace("\"@version@\"", &own(&version))
        .replace("\"@commit@\"", &commit);
    let folder = Path::new("sweep");
    let manifest = match Manifest::of_bytes(text.as_bytes(), folder) {
        Ok(manifest) => manifest,
        Err(error) => return assert!(!error.to_string().is_empty()),
    };
    let again = Manifest::of_bytes(manifest.to_json().as_bytes(), folder).expect("what was written reads back");
    assert_eq!(manifest, again);
    let mut runs = 0;
    for shard in 0..manifest.shards.min(MOST_SHARDS) {
        let of = manifest.runs_of(shard);
        assert!(of.start == runs && of.end > of.start, "shard {shard} of {}: {of:?} after {runs}", manifest.shards);
        runs = of.end;
    }
    if manifest.shards <= MOST_SHARDS {
        assert_eq!(runs, manifest.runs());
    }
    assert!(manifest.seed_of(1) <= i64::MAX as u64 || manifest.seed > i64::MAX as u64);
    let problem = antesala::experiment::sweep::plan::problem(&manifest);
    assert!(serde_json::from_str::<serde_json::Value>(&problem).is_ok());
}

/// A line of `run --batch`.
pub fn batch_line(bytes: &[u8]) {
    let point = BatchPoint::read(bytes, 1, &TUTORIAL);
    assert!(serde_json::to_string(&point.id).is_ok());
    match point.scenario {
        Ok(scenario) => assert!(scenario.replicates >= 1 && scenario.start <= scenario.end),
        Err(error) => drop(refused(&error)),
    }
}

/// A metric of a sweep. What is read is read again the same.
pub fn metric(bytes: &[u8]) {
    let Some(text) = text("--metric", bytes) else { return };
    let at = Spot { text: text.clone(), span: 0..text.text.len() };
    match WORDS.read(&text.text, &at) {
        Ok(read) => {
            let again = WORDS.read_argument(&read.text, "again").unwrap_or_else(|e| panic!("{e}: {}", read.text));
            assert_eq!(again.named(&read.name), read);
        }
        Err(problem) => drop(refused(&problem.into())),
    }
}
