//! Whatever is read, nothing panics, nothing hangs, and what is wrong has a place.

use super::{VALID, harbour, hold_laws};
use crate::station::{BYTES_MAX, Code, read_bytes};
use proptest::prelude::*;
use std::path::Path;

/// A change that a hand may make by accident.
#[derive(Clone, Debug)]
enum Slip {
    DeleteLine(usize),
    RepeatLine(usize),
    MoveLine(usize, usize),
    Insert(usize, String),
    DeleteChar(usize),
}

fn slip() -> impl Strategy<Value = Slip> {
    let snippets = prop::sample::select(vec![
        " ",
        "  ",
        "\t",
        "\n",
        ":",
        ": ",
        "#",
        " #",
        "-",
        "- ",
        "[",
        "]",
        "{",
        "}",
        "\"",
        "'",
        "&a ",
        "*a",
        "!x ",
        "|",
        ">",
        "@",
        "%",
        "`",
        "~",
        "?",
        ",",
        "0",
        "é",
        "\u{feff}",
        "\r\n",
        "\r",
        "\0",
        "---\n",
        "<<: *usual",
        "name: x\n",
        "password: x\n",
        "10:30",
        "東",
        "\u{200f}",
        "\u{85}",
        "\u{2028}",
    ]);
    prop_oneof![
        any::<usize>().prop_map(Slip::DeleteLine),
        any::<usize>().prop_map(Slip::RepeatLine),
        any::<(usize, usize)>().prop_map(|(from, to)| Slip::MoveLine(from, to)),
        (any::<usize>(), snippets).prop_map(|(at, text)| Slip::Insert(at, text.to_owned())),
        any::<usize>().prop_map(Slip::DeleteChar),
    ]
}

fn apply(text: &str, slip: &Slip) -> String {
    let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
    let mut chars: Vec<char> = text.chars().collect();
    if chars.is_empty() {
        return String::new();
    }
    let count = lines.len();
    match slip {
        Slip::DeleteLine(at) => drop(lines.remove(at % count)),
        Slip::RepeatLine(at) => lines.insert(at % count, lines[at % count]),
        Slip::MoveLine(from, to) => {
            let line = lines.remove(from % count);
            lines.insert(to % count, line);
        }
        Slip::Insert(at, snippet) => {
            let at = at % (chars.len() + 1);
            chars.splice(at..at, snippet.chars());
            return chars.into_iter().collect();
        }
        Slip::DeleteChar(at) => {
            chars.remove(at % chars.len());
            return chars.into_iter().collect();
        }
    }
    lines.concat()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_slip_of_the_hand_gives_a_station_or_an_error_with_a_place(
        base in prop::sample::select(VALID.to_vec()),
        slips in prop::collection::vec(slip(), 1..6),
    ) {
        let text = slips.iter().fold(base.to_owned(), |text, slip| apply(&text, slip));
        let reading = harbour(&text);
        hold_laws(&reading);
        if reading.station.is_none() {
            prop_assert!(reading.problems.iter().any(|problem| problem.place.is_some()));
        }
    }

    #[test]
    fn any_text_is_read_to_its_end(text in "(?s).{0,200}") {
        hold_laws(&harbour(&text));
    }

    #[test]
    fn any_signs_of_yaml_are_read_to_their_end(text in "[-a:?\\[\\]{}&*!|>'\"%@#, \n\t\r~<.0é\u{feff}]{0,120}") {
        hold_laws(&harbour(&text));
    }

    #[test]
    fn any_bytes_are_read_to_their_end(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        hold_laws(&read_bytes(Path::new("stations/harbour.yaml"), &bytes));
    }
}

#[test]
fn a_hostile_file_is_refused_in_no_time() {
    let n = BYTES_MAX - 200;
    let fill = |unit: &str| unit.repeat(n / unit.len());
    let laughs: String = (1..60)
        .map(|level| format!("a{level}: &a{level} [{0}, {0}, {0}]\n", format!("*a{}", level - 1)))
        .collect();
    for text in [
        fill("["),
        fill("{"),
        fill("{a: "),
        fill("- "),
        fill("? "),
        fill("a: "),
        fill("!a "),
        fill("&a "),
        fill("\""),
        fill("' "),
        fill("a\n"),
        fill("a\n\n"),
        fill("a:\n"),
        fill("\t\n"),
        fill("\ta: b\n"),
        fill("---\n"),
        fill("%a\n"),
        fill("#\n"),
        fill("a: [\n"),
        fill("a:b\n"),
        fill("x: @\n"),
        fill("x: \"a\" b\n"),
        fill("password: [\n"),
        fill("password: x, "),
        fill("x: { y: z: }, "),
        format!("x: {}", fill("[a]: ")),
        format!("x: |\n{}", fill(" a\n")),
        format!("x: \"{}\"", fill("\\x41")),
        format!("[{}]", fill("a,")),
        format!("[{}]", fill("{},")),
        format!("{{{}}}", fill("a: b, ")),
        format!("name: {}", fill("é")),
        format!("name: a\ntimezone: {}\nmusic: m", fill("Europe/")),
        format!("name: a\ntimezone: UTC\nmusic: [{}]", fill("~a,")),
        format!("name: a\ntimezone: UTC\nmusic: {}", fill("../")),
        (0..n / 9).map(|at| format!("x{at:06}: \n")).collect(),
        (0..n / 9).map(|at| format!("&x{at:05} a\n")).collect(),
        format!("a0: &a0 x\n{laughs}"),
        "x".repeat(BYTES_MAX + 1),
    ] {
        let begun = std::time::Instant::now();
        let reading = harbour(&text);
        hold_laws(&reading);
        assert!(reading.has_error());
        let start: String = text.chars().take(30).collect();
        assert!(begun.elapsed().as_secs() < 5, "{start:?} took {:?}", begun.elapsed());
    }
    assert_eq!(harbour(&"x".repeat(BYTES_MAX + 1)).problems[0].code, Code::TooLarge);
}
