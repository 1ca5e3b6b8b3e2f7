//! The check of pages in a browser finds faults where there are some, and none where there are none; the PDF
//! holds its fonts and its text.

#[path = "support/browser.rs"]
mod browser;

use std::fs;
use std::sync::atomic::AtomicBool;

use antesala::cli::pdf::{PATIENCE, print};

/// Each fault of `tests/browser/broken.html`, by how its finding begins.
const FAULTS: [&str; 27] = [
    "console: desktop: a word of complaint",
    "errors: phone: a script that fails",
    "requests: desktop: https://example.invalid/map.png",
    "sideways: desktop: 1516 px in 1280",
    "axe: phone: color-contrast (serious)",
    "clipped: desktop: p.cut",
    "clipped: phone: \"Out of its picture\"",
    "overlapping: desktop: \"One text\" and \"upon another\"",
    "small_text: print: \"Small\"",
    "ids: desktop: \"twice\" 2 times",
    "links: desktop: a \"To nowhere\" to #nowhere",
    "links: desktop: p.readout \"\": aria-labelledby gone",
    "images: desktop: img",
    "images: desktop: svg \"no name\" without a name",
    "words: desktop: \"two times, and NaN persons of {place} wait.\"",
    "words: desktop: alt \"undefined\"",
    "targets: phone: button \"×\" 20x20",
    "lang: desktop: \"\"",
    "controls: phone without scripts: button \"Play\"",
    "controls: print: button \"Play\"",
    "play: phone: the date stays at 1 May 2024",
    "sort: desktop: Place: aria-sort does not say so",
    "sort: desktop: Place: the rows stay",
    "chart: desktop: chart waits: nothing is read out",
    "keyboard: desktop: a \"A link whose focus is not seen\": focus is not seen",
    "no_script: desktop: only ",
    "no_script: phone: figure#waits without a picture",
];

#[test]
fn each_fault_of_a_broken_page_is_found() {
    let Some(told) = browser::check(&browser::folder().join("broken.html")) else { return };
    let found = browser::findings(&told);
    let missed: Vec<_> = FAULTS.iter().filter(|fault| !found.iter().any(|line| line.starts_with(**fault))).collect();
    assert!(missed.is_empty(), "missed {missed:#?}\nof {found:#?}");
}

#[test]
fn nothing_is_wrong_with_a_sound_page() {
    let Some(told) = browser::check(&browser::folder().join("sound.html")) else { return };
    assert_eq!(browser::findings(&told), Vec::<String>::new());
    let facts = serde_json::json!({
        "maps": 2, "sorts": 2, "charts": 2, "stops": 5, "pages": { "A4": 2, "Letter": 2, "own": 2 },
    });
    assert_eq!(told["facts"], facts);
}

#[test]
fn what_is_printed_holds_its_fonts_and_its_text() {
    if std::env::var_os("ANTESALA_BROWSER").is_none() {
        eprintln!("skipped: ANTESALA_BROWSER names no browser to print with");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let pdf = folder.path().join("page.pdf");
    print(&browser::folder().join("sound.html"), &pdf, PATIENCE, &AtomicBool::new(false)).unwrap();
    let fonts = browser::fonts(&pdf);
    assert!(!fonts.is_empty());
    assert!(fonts.iter().all(|font| font.embedded && font.kind != "Type 3"), "{fonts:?}");
    let text = browser::text(&pdf);
    for words in ["Personas en espera en México", "Querétaro", "Una página"] {
        assert!(text.contains(words), "{words} in {text}");
    }
}

#[test]
fn the_packages_of_the_check_come_from_their_registry() {
    let lock = fs::read_to_string(browser::folder().join("package-lock.json")).unwrap();
    let addresses: Vec<&str> = lock.split('"').filter(|text| text.contains("://")).collect();
    assert_eq!(addresses.len(), 2);
    assert!(addresses.iter().all(|address| address.starts_with("https://registry.npmjs.org/")), "{addresses:?}");
}
