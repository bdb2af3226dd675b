//! Holds what the architecture promises: the order of the rooms, the nevers of the core, the sizes.
//!
//! A breach fails with the sentence that a reviewer would have written.

#![allow(clippy::unwrap_used, reason = "a test that panics has found something")]

use std::fs;
use std::path::{Path, PathBuf};

/// No file of source is longer than this.
const LINES_MAX: usize = 600;

/// What may stand at the top level.
const TOP_LEVEL: [&str; 22] = [
    ".ci",
    ".dockerignore",
    ".git",
    ".github",
    ".gitignore",
    "Cargo.lock",
    "Cargo.toml",
    "Dockerfile",
    "LICENSE",
    "NOTICE.md",
    "README.md",
    "assets",
    "benches",
    "clippy.toml",
    "data",
    "docs",
    "proptest-regressions",
    "rustfmt.toml",
    "src",
    "stations",
    "target",
    "tests",
];

/// What the core never touches, and what to do instead.
const CORE_NEVERS: [(&str, &str); 12] = [
    ("std::fs", "take bytes or a reader as an argument; files are opened in `library` or `cli`"),
    ("File::open", "take a reader as an argument"),
    ("std::net", "sockets live in `serve` and `live`"),
    ("std::thread", "threads live in the edges; offer a function that a thread can call"),
    ("thread::spawn", "threads live in the edges; offer a function that a thread can call"),
    ("std::env", "take the value as an argument"),
    ("Instant::now", "take a `Now` as an argument; `onair/clock.rs` alone reads the clocks"),
    ("SystemTime", "take a `Now` as an argument; `onair/clock.rs` alone reads the clocks"),
    ("Timestamp::now", "take a `Now` as an argument; `onair/clock.rs` alone reads the clocks"),
    ("Zoned::now", "take a `Now` as an argument; `onair/clock.rs` alone reads the clocks"),
    ("tokio::", "the core is sans-IO: decide in a function, wait at the edge"),
    ("rand::", "randomness comes from a `units::Seed`"),
];

/// Names that say nothing.
const EMPTY_NAMES: [&str; 6] = ["util", "utils", "common", "helpers", "helper", "misc"];

struct Source {
    path: PathBuf,
    text: String,
}

impl Source {
    fn room(&self) -> Option<String> {
        let below = self.path.strip_prefix("src").ok()?;
        (below.components().count() > 1).then(|| below.iter().next().unwrap().to_string_lossy().into_owned())
    }

    /// The text before the file's unit tests, without comments; nothing for a file of tests.
    fn program(&self) -> String {
        let stem = self.path.file_stem().unwrap().to_string_lossy();
        let in_tests = self.path.iter().any(|part| part == "tests") || stem == "tests";
        if in_tests {
            return String::new();
        }
        let program = self.text.split("#[cfg(test)]\nmod ").next().unwrap();
        let lines = program.lines().map(|line| line.split("//").next().unwrap());
        lines.collect::<Vec<_>>().join("\n")
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn files(below: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(below)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() && !["node_modules", ".cache"].contains(&name.as_str()) {
                folders.push(path);
            } else if path.is_file() {
                found.push(path.strip_prefix(root()).unwrap().to_owned());
            }
        }
    }
    found.sort();
    found
}

fn sources(below: &str) -> Vec<Source> {
    files(below)
        .into_iter()
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .map(|path| Source { text: fs::read_to_string(root().join(&path)).unwrap(), path })
        .collect()
}

/// The rooms in the order of `lib.rs`, and how many of them are core.
fn rooms() -> (Vec<String>, usize) {
    let lib = fs::read_to_string(root().join("src/lib.rs")).unwrap();
    let mut rooms = Vec::new();
    let mut core = 0;
    for line in lib.lines() {
        if line.contains("edges") {
            core = rooms.len();
        }
        if let Some(room) = line.strip_prefix("pub mod ") {
            rooms.push(room.trim_end_matches(';').to_owned());
        }
    }
    assert!(core > 0 && core < rooms.len(), "lib.rs names the core, then the edges");
    (rooms, core)
}

fn verdict(breaches: Vec<String>) {
    assert!(breaches.is_empty(), "\n{}\n", breaches.join("\n"));
}

#[test]
fn a_room_uses_only_the_rooms_above_it() {
    let (rooms, _) = rooms();
    let place = |room: &str| rooms.iter().position(|other| other == room);
    let mut breaches = Vec::new();
    for source in sources("src") {
        let Some(own) = source.room().and_then(|room| place(&room)) else { continue };
        for used in source.text.split("crate::").skip(1) {
            let name: String = used.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            if place(&name).is_some_and(|used| used > own) {
                breaches.push(format!(
                    "{}: `{}` uses `{name}`, which lies below it in lib.rs. Move what both need up, or turn the call round.",
                    source.path.display(),
                    rooms[own],
                ));
            }
        }
    }
    verdict(breaches);
}

#[test]
fn the_core_touches_no_file_socket_clock_thread_task_environment_or_global_randomness() {
    let (rooms, core) = rooms();
    let mut breaches = Vec::new();
    for source in sources("src") {
        let Some(room) = source.room() else { continue };
        if !rooms[..core].contains(&room) {
            continue;
        }
        let program = source.program();
        for (never, instead) in CORE_NEVERS {
            if program.contains(never) {
                breaches
                    .push(format!("{}: the core never uses `{never}`: {instead}.", source.path.display()));
            }
        }
    }
    verdict(breaches);
}

#[test]
fn one_file_reads_the_clocks() {
    let mut breaches = Vec::new();
    for source in sources("src") {
        let program = source.program();
        for clock in ["Instant::now", "SystemTime::now", "Timestamp::now", "Zoned::now"] {
            if program.contains(clock) && source.path != Path::new("src/onair/clock.rs") {
                breaches.push(format!(
                    "{}: `{clock}` is read in onair/clock.rs alone; take a `Now` as an argument.",
                    source.path.display()
                ));
            }
        }
    }
    verdict(breaches);
}

#[test]
fn a_file_is_a_comfortable_room() {
    let mut breaches = Vec::new();
    for source in sources("src").into_iter().chain(sources("tests")).chain(sources("benches")) {
        let lines = source.text.lines().count();
        if lines > LINES_MAX {
            breaches.push(format!(
                "{}: {lines} lines are too many for one concept; split it.",
                source.path.display()
            ));
        }
        let is_unit_tests =
            source.path.ends_with("tests.rs") || source.path.iter().any(|part| part == "tests");
        let opens = source.text.starts_with("//!") || source.text.starts_with("#![doc");
        if !opens && !is_unit_tests {
            breaches.push(format!(
                "{}: a file opens with a card (`//!`): what goes in, what comes out, what it never does, which spec.",
                source.path.display()
            ));
        }
        for part in source.path.iter() {
            let name = part.to_string_lossy();
            if EMPTY_NAMES.contains(&name.trim_end_matches(".rs")) {
                breaches.push(format!("{}: `{name}` says nothing; name the concept.", source.path.display()));
            }
        }
    }
    verdict(breaches);
}

#[test]
fn unsafe_code_stays_in_codec_and_says_why() {
    let mut breaches = Vec::new();
    for source in sources("src") {
        let program = source.program();
        let uses =
            program.contains("unsafe {") || program.contains("unsafe impl") || program.contains("unsafe fn");
        if uses && !source.path.starts_with("src/codec") {
            breaches.push(format!("{}: `unsafe` belongs in `codec`, if anywhere.", source.path.display()));
        }
        if uses && !source.text.contains("SAFETY:") {
            breaches.push(format!(
                "{}: an unsafe block says why it is sound (`SAFETY:`).",
                source.path.display()
            ));
        }
        if program.contains("#[allow(") || program.contains("#![allow(") {
            breaches.push(format!(
                "{}: an exception is visible: `#[expect(lint, reason = \"…\")]` instead of `allow`.",
                source.path.display()
            ));
        }
    }
    verdict(breaches);
}

#[test]
fn every_room_is_told_in_the_architecture() {
    let told = fs::read_to_string(root().join("docs/architecture.md")).unwrap();
    let missing = rooms().0.into_iter().filter(|room| !told.contains(&format!("`{room}`")));
    verdict(
        missing.map(|room| format!("docs/architecture.md does not tell what `{room}` is for.")).collect(),
    );
}

#[test]
fn the_top_level_holds_only_what_belongs_there() {
    let mut breaches = Vec::new();
    for entry in fs::read_dir(root()).unwrap() {
        let name = entry.unwrap().file_name().to_string_lossy().into_owned();
        if !TOP_LEVEL.contains(&name.as_str()) {
            breaches.push(format!("{name}: not at the top level; it belongs in docs, tests, assets or src."));
        }
    }
    verdict(breaches);
}

#[test]
fn the_project_speaks_of_itself_alone() {
    // Put together here, so that this file does not contain them.
    let strangers = [["/wo", "rk/"].concat(), ["/tmp", "/wt"].concat(), ["shared", "/reference"].concat()];
    let mut breaches = Vec::new();
    for path in ["src", "docs", "tests", "benches", "stations", ".ci"].into_iter().flat_map(files) {
        let Ok(text) = fs::read_to_string(root().join(&path)) else { continue };
        for stranger in &strangers {
            if text.contains(stranger.as_str()) {
                breaches.push(format!(
                    "{}: speaks of `{stranger}`, which is not of this project.",
                    path.display()
                ));
            }
        }
    }
    verdict(breaches);
}
