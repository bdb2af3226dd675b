//! Every word of the table is read, and every value that the table shows is understood.

use super::{VALID, harbour};
use crate::station::vocabulary::{self, Form, Status, Word};
use crate::station::{Reading, Station};

/// A station file with one word in its place.
fn with(above: &[&'static str], word: &Word, value: &str) -> String {
    let line = |text: String| format!("name: a\ntimezone: UTC\n{text}\n");
    let own = format!("{}: {value}", word.name);
    match (above, word.name) {
        ([], "name") => format!("{own}\ntimezone: UTC\nmusic: m\n"),
        ([], "timezone") => format!("name: a\n{own}\nmusic: m\n"),
        ([], "music" | "categories") => line(own),
        ([], "fallback") => line(format!("categories: {{ gold: {{ from: m }} }}\n{own}")),
        ([], _) => line(format!("music: m\n{own}")),
        (["categories"], "from") => line(format!("categories: {{ gold: {{ {own} }} }}")),
        (["categories"], _) => {
            line(format!("categories: {{ all: {{ from: m }}, gold: {{ from: m, {own} }} }}"))
        }
        (["categories", "where"], _) => {
            line(format!("categories: {{ gold: {{ from: m, where: {{ {own} }} }} }}"))
        }
        ([outer], _) => line(format!("music: m\n{outer}: {{ {own} }}")),
        ([outer, inner], _) => line(format!("music: m\n{outer}: {{ {inner}: {{ {own} }} }}")),
        _ => unreachable!("no word is deeper"),
    }
}

/// The same file without the word, as far as a file can be without it.
fn without(above: &[&'static str], word: &Word) -> String {
    let usual = match (above, word.name) {
        ([], "name") => "other",
        ([], "timezone") => "Asia/Tokyo",
        ([], "music") | (["categories"], "from") => "other/folder",
        ([], "categories") => "{ other: { from: m } }",
        _ => {
            return with(above, word, "\u{0}")
                .lines()
                .filter(|line| !line.contains('\u{0}'))
                .map(|line| format!("{line}\n"))
                .collect::<String>();
        }
    };
    with(above, word, usual)
}

fn every_word(visit: &mut dyn FnMut(&[&'static str], &'static Word)) {
    fn walk(
        above: &mut Vec<&'static str>,
        words: &'static [Word],
        visit: &mut dyn FnMut(&[&'static str], &'static Word),
    ) {
        for word in words {
            visit(above, word);
            if let Form::Words(below) | Form::Named(below) = word.form {
                above.push(word.name);
                walk(above, below, visit);
                above.pop();
            }
        }
    }
    walk(&mut Vec::new(), vocabulary::STATION, visit);
}

fn clean(text: &str) -> Station {
    let Reading { station, problems, .. } = harbour(text);
    assert_eq!(problems, [], "{text}");
    station.expect("a reading without a problem has a station")
}

#[test]
fn every_value_that_the_table_shows_is_understood_and_changes_the_station() {
    let mut seen = 0;
    every_word(&mut |above, word| {
        if word.status == Status::Later {
            return;
        }
        let mut values = word.examples.to_vec();
        if let Form::Choice(choices) = word.form {
            let default = word.default.expect("a choice has a default");
            values.extend(choices().iter().map(|choice| choice.word).filter(|choice| *choice != default));
            assert_eq!(choices()[0].word, default, "the default choice of `{}` stands first", word.name);
        }
        for value in values {
            let told = clean(&with(above, word, value));
            let untold = harbour(&without(above, word)).station;
            assert_ne!(Some(told), untold, "`{}: {value}` under {above:?}", word.name);
            seen += 1;
        }
    });
    assert!(seen > 40, "{seen}");
}

#[test]
fn a_default_of_the_table_is_what_a_station_has_without_the_word() {
    every_word(&mut |above, word| {
        if let Some(default) = word.default {
            let told = clean(&with(above, word, default));
            let example = clean(&with(above, word, word.examples[0]));
            let Some(untold) = harbour(&without(above, word)).station else { return };
            // A category of its own line goes with that line: compare what is left of it.
            if above.first() != Some(&"categories") {
                assert_eq!(told, untold, "`{}: {default}` under {above:?}", word.name);
            }
            assert_ne!(told, example);
        }
    });
}

#[test]
fn a_word_of_tomorrow_is_a_warning_and_the_station_airs() {
    every_word(&mut |above, word| {
        if word.status == Status::Later {
            let reading = harbour(&with(above, word, "[anything, { at: all }]"));
            let codes: Vec<&str> = reading.problems.iter().map(|problem| problem.code.word()).collect();
            assert_eq!(codes, ["not-yet"], "{}", word.name);
            assert!(reading.station.is_some(), "{}", word.name);
        }
    });
}

#[test]
fn a_word_that_the_table_lacks_is_an_error_at_every_level() {
    for (text, level) in [
        ("{word}: x", "station files"),
        ("sound: { {word}: x }", "`sound`"),
        ("transitions: { {word}: x }", "`transitions`"),
        ("transitions: { default: { {word}: x } }", "`default`"),
        ("categories: { gold: { from: m, {word}: x } }", "`gold`"),
        ("categories: { gold: { from: m, where: { {word}: x } } }", "`where`"),
    ] {
        let music = if text.starts_with("categories") { "" } else { "music: m\n" };
        let text = format!("name: a\ntimezone: UTC\n{music}{}\n", text.replace("{word}", "zyzzyva"));
        let messages: Vec<String> =
            harbour(&text).problems.into_iter().map(|problem| problem.message).collect();
        assert_eq!(messages, [format!("`zyzzyva` is not a word of {level}")]);
    }
}

#[test]
fn the_shortest_station_has_every_default() {
    let station = clean(VALID[0]);
    let outputs: Vec<String> = station.outputs.iter().map(crate::station::Output::rendition).collect();
    assert_eq!(outputs, ["opus-96", "aac-128", "mp3-128"]);
    assert_eq!(station.id.as_str(), "harbour");
    assert_eq!(station.categories.len(), 1);
    assert_eq!(&*station.categories[0].name, "music");
    assert_eq!(station.categories[0].from, [std::path::PathBuf::from("stations/media/music")]);
    assert_eq!(station.transition, crate::station::Transition::default());
    assert_eq!(station.sound, crate::station::Sound::default());
}
