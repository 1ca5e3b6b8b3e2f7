use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;

/// What marks a folder as one of ours.
const OURS: &[u8] = b"{ \"program\": \"antesala\" }";

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn nothing_is_seen_before_the_end_and_nothing_else_after() {
    let base = tempfile::tempdir().unwrap();
    let target = base.path().join("a/b");
    let folder = OutputFolder::open(&target, false, &[]).unwrap();
    fs::write(folder.staging().join("x"), "1").unwrap();
    assert!(!target.exists());
    folder.commit(&[]).unwrap();
    assert_eq!(names(&base.path().join("a")), ["b"]);
    assert_eq!(names(&target), ["x"]);
}

#[test]
fn an_existing_folder_is_replaced_only_when_asked_and_only_at_the_end() {
    let base = tempfile::tempdir().unwrap();
    let target = base.path().join("b");
    fs::create_dir(&target).unwrap();
    fs::write(target.join("run.json"), OURS).unwrap();
    assert!(matches!(OutputFolder::open(&target, false, &[]), Err(OpenError::Exists(_))));
    assert_eq!(names(base.path()), ["b"]);
    let folder = OutputFolder::open(&target, true, &[]).unwrap();
    fs::write(folder.staging().join("new"), "").unwrap();
    assert_eq!(names(&target), ["run.json"]);
    folder.commit(&[]).unwrap();
    assert_eq!(names(&target), ["new"]);
    assert_eq!(names(base.path()), ["b"]);
}

#[test]
fn an_abandoned_folder_leaves_only_finished_replicates() {
    let base = tempfile::tempdir().unwrap();
    let target = base.path().join("b");
    drop(OutputFolder::open(&target, false, &[]).unwrap());
    assert!(names(base.path()).is_empty());
    let folder = OutputFolder::open(&target, false, &[]).unwrap();
    fs::create_dir(folder.replicates()).unwrap();
    fs::write(folder.replicates().join("1"), "").unwrap();
    drop(folder);
    assert_eq!(names(base.path()), [".b.partial"]);
    assert_eq!(names(&base.path().join(".b.partial")), ["lock", "replicates"]);
}

#[test]
fn two_runs_do_not_write_the_same_folder() {
    let base = tempfile::tempdir().unwrap();
    let target = base.path().join("b");
    let _first = OutputFolder::open(&target, false, &[]).unwrap();
    assert!(matches!(OutputFolder::open(&target, true, &[]), Err(OpenError::Busy(_))));
}

#[test]
fn a_kill_between_the_renames_is_mended() {
    let base = tempfile::tempdir().unwrap();
    let target = base.path().join("b");
    fs::create_dir(base.path().join(".b.replaced")).unwrap();
    fs::write(base.path().join(".b.replaced/old"), "").unwrap();
    assert!(matches!(OutputFolder::open(&target, false, &[]), Err(OpenError::Exists(_))));
    assert_eq!(names(&target), ["old"]);
}

#[test]
fn without_an_exchange_two_renames_do_the_same() {
    let base = tempfile::tempdir().unwrap();
    let target = base.path().join("b");
    fs::create_dir(&target).unwrap();
    fs::write(target.join("run.json"), OURS).unwrap();
    let folder = OutputFolder::open(&target, true, &[]).unwrap();
    fs::write(folder.staging().join("new"), "").unwrap();
    let old = folder.move_in_by_two_renames().unwrap().unwrap();
    assert_eq!((names(&target), names(&old)), (vec!["new".to_string()], vec!["run.json".to_string()]));
    drop(folder);
    // As a kill just after: the next run clears the old one away.
    drop(OutputFolder::open(&target, true, &[]).unwrap_err());
    fs::write(target.join("run.json"), OURS).unwrap();
    drop(OutputFolder::open(&target, true, &[]).unwrap());
    assert_eq!(
        (names(base.path()), names(&target)),
        (vec!["b".to_string()], vec!["new".to_string(), "run.json".to_string()])
    );
}

#[test]
fn what_was_put_there_during_the_run_stays() {
    let base = tempfile::tempdir().unwrap();
    let target = base.path().join("b");
    let folder = OutputFolder::open(&target, false, &[]).unwrap();
    fs::create_dir(&target).unwrap();
    fs::write(target.join("thesis.tex"), "").unwrap();
    let error = folder.commit(&[]).unwrap_err();
    assert!(error.to_string().contains("put there during the run"), "{error}");
    assert_eq!((names(base.path()), names(&target)), (vec!["b".to_string()], vec!["thesis.tex".to_string()]));
}

#[test]
fn what_is_no_output_folder_is_never_replaced() {
    let base = tempfile::tempdir().unwrap();
    fs::create_dir_all(base.path().join("repo/.git")).unwrap();
    fs::write(base.path().join("file"), "").unwrap();
    for name in ["repo", "file", ".."] {
        let found = OutputFolder::open(&base.path().join(name), true, &[]);
        assert!(matches!(found, Err(OpenError::Unfit { .. })), "{name}: {found:?}");
    }
    assert!(matches!(OutputFolder::open(Path::new("/"), true, &[]), Err(OpenError::Unfit { .. })));
}

#[test]
fn a_lock_that_was_taken_away_is_none() {
    let base = tempfile::tempdir().unwrap();
    let path = base.path().join("lock");
    let opened = File::create(&path).unwrap();
    assert!(is_at(&opened, &path));
    // The run before ends: it removes the lock, and another one makes its own.
    fs::remove_file(&path).unwrap();
    assert!(!is_at(&opened, &path));
    let _other = File::create(&path).unwrap();
    assert!(!is_at(&opened, &path));
}

#[test]
fn many_runs_at_once_never_disturb_each_other() {
    let base = tempfile::tempdir().unwrap();
    let target = base.path().join("b");
    let wrote = AtomicUsize::new(0);
    let work = || {
        for round in 0..150 {
            let folder = match OutputFolder::open(&target, true, &[]) {
                Err(OpenError::Busy(_)) => continue,
                other => other.unwrap(),
            };
            let record = super::super::staged_file::write_file(&folder.staging(), "run.json", OURS).unwrap();
            std::thread::yield_now();
            if round % 3 > 0 {
                folder.commit(&[record]).unwrap();
                wrote.fetch_add(1, Ordering::Relaxed);
            }
        }
    };
    std::thread::scope(|scope| (0..4).for_each(|_| drop(scope.spawn(work))));
    assert!(wrote.into_inner() > 0);
    assert_eq!(names(&target), ["run.json"]);
    assert_eq!(names(base.path()), ["b"]);
}

#[test]
fn a_folder_with_a_file_gone_or_cut_off_is_not_moved_in() {
    let base = tempfile::tempdir().unwrap();
    let target = base.path().join("b");
    for spoil in [|path: &Path| fs::remove_file(path).unwrap(), |path: &Path| fs::write(path, "1").unwrap()] {
        let folder = OutputFolder::open(&target, false, &[]).unwrap();
        let record = super::super::staged_file::write_file(&folder.staging(), "x", b"123").unwrap();
        spoil(&folder.staging().join("x"));
        assert!(folder.commit(&[record]).is_err());
        assert!(names(base.path()).is_empty());
    }
}

#[test]
fn a_run_whose_lock_was_removed_leaves_alone_what_came_after_it() {
    let base = tempfile::tempdir().unwrap();
    let target = base.path().join("b");
    let first = OutputFolder::open(&target, false, &[]).unwrap();
    fs::remove_dir_all(base.path().join(".b.partial")).unwrap();
    let second = OutputFolder::open(&target, false, &[]).unwrap();
    fs::write(second.staging().join("x"), "").unwrap();
    assert!(first.commit(&[]).is_err());
    assert_eq!(names(&second.staging()), ["x"]);
    second.commit(&[]).unwrap();
    assert_eq!(names(&target), ["x"]);
}

#[cfg(unix)]
#[test]
fn links_in_place_of_the_hidden_folder_are_not_followed() {
    let base = tempfile::tempdir().unwrap();
    fs::create_dir(base.path().join("elsewhere")).unwrap();
    std::os::unix::fs::symlink(base.path().join("elsewhere"), base.path().join(".b.partial")).unwrap();
    std::os::unix::fs::symlink(base.path().join("elsewhere"), base.path().join(".c.replaced")).unwrap();
    for name in ["b", "c"] {
        let found = OutputFolder::open(&base.path().join(name), false, &[]);
        assert!(matches!(found, Err(OpenError::Unfit { .. })), "{found:?}");
    }
    assert!(names(&base.path().join("elsewhere")).is_empty());
}

#[test]
fn what_no_run_wrote_and_what_is_read_is_never_replaced() {
    let base = tempfile::tempdir().unwrap();
    let target = base.path().canonicalize().unwrap().join("b");
    fs::create_dir_all(target.join("data")).unwrap();
    fs::write(target.join("thesis.tex"), "").unwrap();
    let refused = |inputs: &[PathBuf]| {
        let found = OutputFolder::open(&target, true, inputs);
        matches!(found, Err(OpenError::Unfit { .. }))
    };
    assert!(refused(&[]));
    fs::write(target.join("run.json"), "{}").unwrap();
    assert!(refused(&[]));
    fs::write(target.join("run.json"), OURS).unwrap();
    assert!(!refused(&[]));
    assert!(!refused(&[target.join("scenario.toml"), target.join("data/places.csv")]));
    assert!(refused(&[target.join("mine.toml")]));
    assert_eq!(names(base.path()), ["b"]);
}

#[test]
fn names_that_leave_no_room_for_hidden_ones_are_refused() {
    let base = tempfile::tempdir().unwrap();
    let found = OutputFolder::open(&base.path().join("x".repeat(246)), false, &[]);
    assert!(matches!(found, Err(OpenError::Unfit { .. })), "{found:?}");
    let found = OutputFolder::open(&base.path().join("x".repeat(300)), false, &[]);
    assert!(matches!(found, Err(OpenError::Unfit { .. })), "{found:?}");
    let long = base.path().join("x".repeat(245));
    for _ in 0..2 {
        let folder = OutputFolder::open(&long, true, &[]).unwrap();
        let record = super::super::staged_file::write_file(&folder.staging(), "run.json", OURS).unwrap();
        assert!(folder.commit(&[record]).unwrap().1.is_empty());
    }
}

#[test]
fn remains_that_cannot_be_removed_stop_nothing() {
    let base = tempfile::tempdir().unwrap();
    let target = base.path().join("b");
    // A file in the way of a name stands for a folder that cannot be removed.
    fs::write(base.path().join(".b.remains1"), "").unwrap();
    for _ in 0..3 {
        let folder = OutputFolder::open(&target, true, &[]).unwrap();
        let record = super::super::staged_file::write_file(&folder.staging(), "run.json", OURS).unwrap();
        assert!(folder.commit(&[record]).unwrap().1.is_empty());
    }
    // Killed after the second rename: both are there.
    fs::create_dir(base.path().join(".b.replaced")).unwrap();
    drop(OutputFolder::open(&target, true, &[]).unwrap());
    assert_eq!(names(base.path()), [".b.remains1", "b"]);
}
