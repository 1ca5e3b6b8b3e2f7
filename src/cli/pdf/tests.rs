//! Printing with browsers that are shell scripts, and with the machine's own.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::sync::atomic::Ordering;
use std::time::Instant;

use super::*;

const GOOD: &str = "%PDF-1.4\n1 0 obj<</Type /Pages /Count 1>>\n2 0 obj<</Type /Page\n/Parent 1 0 R>>\n%%EOF\n";

/// A folder with a page in it and a browser that is this script: `$out` is the PDF it is to write,
/// `$profile` its folder, `$page` the address.
struct Desk(TempDir);

impl Desk {
    fn new(script: &str) -> Desk {
        let desk = Desk(tempfile::tempdir().unwrap());
        let start = "#!/bin/sh\nfor a in \"$@\"; do case $a in --print-to-pdf=*) out=${a#*=};; \
                     --user-data-dir=*) profile=${a#*=};; esac; page=$a; done\n";
        fs::write(desk.at("page.html"), "<p>México</p>").unwrap();
        fs::write(desk.at("good"), GOOD).unwrap();
        fs::write(desk.at("browser"), format!("{start}cd '{}'\n{script}\n", desk.0.path().display())).unwrap();
        fs::set_permissions(desk.at("browser"), fs::Permissions::from_mode(0o755)).unwrap();
        desk
    }

    fn at(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn print_within(&self, patience: Duration, stop: &AtomicBool) -> Result<(), PdfError> {
        let (browser, page, pdf) = (self.at("browser"), self.at("page.html"), self.at("page.pdf"));
        // A script that another thread's fork still holds open for writing cannot be run yet.
        loop {
            match print_with(&browser, &page, &pdf, patience, stop) {
                Err(PdfError::Start(_, e)) if e.kind() == io::ErrorKind::ExecutableFileBusy => sleep(patience / 100),
                result => return result,
            }
        }
    }

    fn print(&self) -> Result<(), PdfError> {
        self.print_within(PATIENCE, &AtomicBool::new(false))
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.at(name)).unwrap()
    }

    /// Nothing half done is left: neither a PDF nor the browser's folder.
    fn assert_clean(&self) {
        assert!(!self.at("page.pdf").exists());
        let names = fs::read_dir(self.0.path()).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap());
        let left: Vec<String> = names.filter(|name| name.starts_with("unfinished-")).collect();
        assert!(left.is_empty(), "{left:?}");
        if let Ok(profile) = fs::read_to_string(self.at("profile")) {
            assert!(!Path::new(profile.trim()).exists(), "{profile}");
        }
    }
}

#[test]
fn a_printed_page_replaces_what_was_there_and_nothing_else_is_left() {
    let desk =
        Desk::new("echo \"$profile\" > profile; echo \"$page\" > address; touch \"$profile/x\"; cp good \"$out\"");
    fs::write(desk.at("page.pdf"), "old").unwrap();
    desk.print().unwrap();
    assert_eq!(desk.read("page.pdf"), GOOD);
    assert_eq!(desk.read("address").trim(), address(&desk.at("page.html")));
    let mode = |name: &str| fs::metadata(desk.at(name)).unwrap().permissions().mode();
    assert_eq!(mode("page.pdf"), mode("good"), "others may read it as they may any new file");
    fs::remove_file(desk.at("page.pdf")).unwrap();
    desk.assert_clean();
}

#[test]
fn what_killed_prints_left_is_cleared_away_and_nothing_else() {
    let desk = Desk::new("cp good \"$out\"");
    let (left, others) = (
        [".page.pdf.unfinished", "unfinished-1234-page.pdf"],
        ["unfinished-12-other-page.pdf", "unfinished--page.pdf", "unfinished-x-page.pdf"],
    );
    left.iter().chain(&others).for_each(|name| fs::write(desk.at(name), "%PDF-1.4 half").unwrap());
    desk.print().unwrap();
    assert_eq!(desk.read("page.pdf"), GOOD);
    assert!(left.iter().all(|name| !desk.at(name).exists()));
    assert!(others.iter().all(|name| desk.at(name).exists()));
}

#[test]
fn what_a_failing_browser_says_is_shown() {
    let desk =
        Desk::new("echo \"$profile\" > profile; echo 'x dbus/bus.cc noise' >&2; echo 'No usable sandbox' >&2; exit 3");
    let error = desk.print().unwrap_err().to_string();
    assert!(error.ends_with("browser printed no PDF; it said: No usable sandbox"), "{error}");
    desk.assert_clean();
}

#[test]
fn a_browser_that_fails_after_it_printed_is_not_believed() {
    let desk = Desk::new("cp good \"$out\"; exit 1");
    assert!(matches!(desk.print(), Err(PdfError::NoPages(..))));
    desk.assert_clean();
}

#[test]
fn only_a_pdf_with_pages_will_do() {
    for script in [
        "",
        "rm \"$out\"",
        "echo rubbish > \"$out\"",
        "sed s/Page$/Font/ good > \"$out\"",
        "head -c 60 good > \"$out\"",
    ] {
        let desk = Desk::new(script);
        let error = desk.print().unwrap_err();
        assert!(matches!(error, PdfError::NoPages(..) | PdfError::File(_)), "{script}: {error}");
        desk.assert_clean();
    }
}

/// A browser whose child would write a file after a while.
const HANGS: &str = "echo \"$profile\" > profile; (sleep 2; touch alive) & cp good \"$out\"; sleep 30";

#[test]
fn a_browser_that_hangs_is_killed_with_its_children() {
    let desk = Desk::new(HANGS);
    let start = Instant::now();
    let error = desk.print_within(Duration::from_millis(500), &AtomicBool::new(false)).unwrap_err();
    assert!(error.to_string().ends_with("did not print the page in 0.5 s"), "{error}");
    assert!(start.elapsed() < Duration::from_secs(10));
    sleep(Duration::from_secs(3));
    assert!(!desk.at("alive").exists(), "the child lives on");
    desk.assert_clean();
}

#[test]
fn an_interrupt_kills_the_browser_and_its_children() {
    let (desk, stop) = (Desk::new(HANGS), AtomicBool::new(false));
    let start = Instant::now();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !desk.at("profile").exists() && start.elapsed() < Duration::from_secs(10) {
                sleep(Duration::from_millis(10));
            }
            stop.store(true, Ordering::Relaxed);
        });
        assert!(matches!(desk.print_within(PATIENCE, &stop), Err(PdfError::Stopped)));
    });
    assert!(start.elapsed() < Duration::from_secs(15));
    sleep(Duration::from_secs(3));
    assert!(!desk.at("alive").exists(), "the child lives on");
    desk.assert_clean();
}

#[test]
fn a_page_or_folder_that_is_not_there_is_named() {
    let (desk, stop) = (Desk::new("cp good \"$out\""), AtomicBool::new(false));
    let print = |page: &str, pdf: &str| print_with(&desk.at("browser"), &desk.at(page), &desk.at(pdf), PATIENCE, &stop);
    let error = print("gone.html", "page.pdf").unwrap_err().to_string();
    assert!(error.starts_with("cannot read ") && error.contains("gone.html"), "{error}");
    let error = print("page.html", "gone/page.pdf").unwrap_err().to_string();
    assert!(error.starts_with("cannot write ") && error.contains("gone/page.pdf"), "{error}");
}

#[test]
fn addresses_hold_any_name() {
    assert_eq!(address(Path::new("/a b/año #1 100%?.html")), "file:///a%20b/a%C3%B1o%20%231%20100%25%3F.html");
    assert_eq!(address(Path::new("/x-1_2.~/é")), "file:///x-1_2.~/%C3%A9");
}

#[test]
fn pages_are_counted_and_their_tree_is_not() {
    assert_eq!(pages(GOOD.as_bytes()), 1);
    assert_eq!(pages(b"%PDF-1.7 /Type/Page>> /Type /Page /Type/Pages /Type /PageLabel %%EOF"), 2);
    assert_eq!(pages(b"%PDF-1.7 /Type/Page>>"), 0, "cut");
    assert_eq!(pages(b"<html>/Type/Page>>%%EOF"), 0);
    assert_eq!(pages(b""), 0);
}

#[test]
fn long_words_are_shortened_at_the_front() {
    let folder = tempfile::tempdir().unwrap();
    let said = folder.path().join("said");
    fs::write(&said, format!("{}\nthe end", "ñ".repeat(SAID))).unwrap();
    assert_eq!(last_words(&said), format!("… {} the end", "ñ".repeat(SAID - 8)));
    assert_eq!(last_words(&folder.path().join("gone")), "");
}

#[test]
fn the_browser_of_this_machine_prints() {
    let Ok(browser) = browser::find(std::env::var_os(BROWSER), std::env::var_os("PATH")) else {
        eprintln!("skipped: no browser here");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let (page, pdf) = (folder.path().join("año #1 100%?.html"), folder.path().join("á b.pdf"));
    let script = "<script>setTimeout(() => document.body.append(document.createElement('hr')), 2000)</script>";
    let style = "<style>hr { break-before: page }</style>";
    fs::write(&page, format!("<!doctype html><title>T</title>{style}<p>México</p>{script}")).unwrap();
    print_with(&browser, &page, &pdf, PATIENCE, &AtomicBool::new(false)).unwrap();
    assert_eq!(pages(&fs::read(&pdf).unwrap()), 2, "scripts have time to end");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
}
