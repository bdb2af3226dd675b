//! A station that is written as YAML reads back as the same station.

use super::{harbour, hold_laws};
use crate::station::vocabulary::Choices;
use crate::station::write::scalar;
use crate::station::{
    Category, Codec, Cue, Kind, Output, Pick, Rung, Sound, Station, Transition, Where, locale,
};
use crate::units::{Bitrate, Dbtp, Frames, Latency, Lufs, StationId};
use proptest::prelude::*;
use std::fmt::Write;
use std::path::PathBuf;

/// Text of one line that begins and ends with something visible.
fn line(max: usize) -> impl Strategy<Value = String> {
    let any = prop_oneof!["[ -~]{1,40}", "\\PC{1,30}", "[0-9:. -]{1,10}", "(true|no|null|~|- a|a: b|a #b)"];
    any.prop_map(move |text| text.trim().chars().filter(|c| !c.is_control()).take(max).collect::<String>())
        .prop_map(|text| text.trim().to_owned())
        .prop_filter("something visible", |text| !text.is_empty())
}

/// A path below the station file's folder, or beside it.
fn path() -> impl Strategy<Value = PathBuf> {
    let part = "[a-zA-Z0-9é東][a-zA-Z0-9é' &,#-]{0,8}[a-zA-Z0-9é]";
    (prop::collection::vec(part, 1..4), prop::sample::select(vec!["", ".mp3", ".m3u"]))
        .prop_map(|(parts, ending)| PathBuf::from(format!("stations/{}{ending}", parts.join("/"))))
}

fn choice<C: Choices + std::fmt::Debug>() -> impl Strategy<Value = C> {
    prop::sample::select(C::ALL.to_vec())
}

fn filter() -> impl Strategy<Value = Where> {
    let texts = || prop::collection::vec(line(30), 0..3);
    let years = prop::option::of(
        (1000i16..=9999, 0i16..50).prop_map(|(from, more)| (from, from.saturating_add(more).min(9999))),
    );
    (texts(), texts(), texts(), years).prop_map(|(genre, artist, album, year)| Where {
        genre,
        artist,
        album,
        year,
    })
}

fn category(name: String) -> impl Strategy<Value = Category> {
    (prop::collection::vec(path(), 1..4), filter(), choice::<Pick>(), choice::<Kind>()).prop_map(
        move |(from, filter, pick, kind)| Category { name: name.as_str().into(), from, filter, pick, kind },
    )
}

fn categories() -> impl Strategy<Value = Vec<Category>> {
    let names = prop::collection::btree_set("[a-zé0-9][a-z0-9_-]{0,8}", 1..5);
    names
        .prop_flat_map(|names| names.into_iter().map(|name| category(name).boxed()).collect::<Vec<_>>())
        .prop_map(|mut categories| {
            categories[0].kind = Kind::Song;
            categories
        })
}

fn outputs() -> impl Strategy<Value = Vec<Output>> {
    let opus = (32u32..=256).prop_map(|rate| (Codec::Opus, rate));
    let aac = (64u32..=256).prop_map(|rate| (Codec::Aac, rate));
    let mp3 = prop::sample::select(vec![64u32, 80, 96, 112, 128, 160, 192, 224, 256, 320])
        .prop_map(|rate| (Codec::Mp3, rate));
    prop::collection::btree_set(prop_oneof![opus, aac, mp3], 1..=8).prop_map(|set| {
        let output = |(codec, rate)| Output { codec, bitrate: Some(Bitrate::kilobits(rate)) };
        set.into_iter().rev().map(output).collect()
    })
}

fn station() -> impl Strategy<Value = Station> {
    let words = (line(120), prop::option::of(line(240)), prop::option::of(line(120)));
    let places = (
        prop::sample::select(locale::timezone_names()),
        prop::option::of(prop::sample::select(vec!["en", "pt-BR", "zh-Hant-TW", "no"])),
        prop::option::of(path()),
        prop::option::of(prop::sample::select(vec!["https://a.example", "http://b.example:80/c?d#e"])),
    );
    let sound = (-62i32..=-18, -18i32..=0).prop_map(|(loud, peak)| Sound {
        loudness: Lufs(f64::from(loud) / 2.0),
        true_peak: Dbtp(f64::from(peak) / 2.0),
    });
    let transition =
        (0i64..=20_000, choice::<Cue>()).prop_map(|(ms, cue)| Transition { crossfade: Frames(ms * 48), cue });
    let rungs = prop::collection::vec((any::<bool>(), any::<prop::sample::Index>(), path()), 0..4);
    (words, places, categories(), sound, transition, rungs, outputs(), choice::<Latency>()).prop_map(
        |(
            (name, tagline, genre),
            (zone, language, art, website),
            categories,
            sound,
            transition,
            rungs,
            outputs,
            latency,
        )| {
            let rung = |(named, index, path): (bool, prop::sample::Index, PathBuf)| match named {
                true => Rung::Category(index.get(&categories).name.clone()),
                false => Rung::File(path.join("file.wav")),
            };
            Station {
                id: StationId::new("harbour").expect("a plain word is an id"),
                name,
                tagline,
                language: language.map(str::to_owned),
                genre,
                timezone: locale::timezone(&zone).expect("it is one of the names"),
                art,
                website: website.map(str::to_owned),
                fallback: rungs.into_iter().map(rung).collect(),
                categories,
                sound,
                transition,
                outputs,
                latency,
            }
        },
    )
}

/// A station as a curator may write it, in brackets or in blocks.
fn written(station: &Station, blocks: bool) -> String {
    let relative = |path: &PathBuf| {
        scalar(
            path.strip_prefix("stations")
                .expect("paths are below the folder")
                .to_str()
                .expect("they are texts"),
        )
    };
    let list = |items: Vec<String>| match &items[..] {
        [one] => one.clone(),
        _ => format!("[{}]", items.join(", ")),
    };
    let mut text = format!("name: {}\n", scalar(&station.name));
    let mut put = |key: &str, value: Option<String>| {
        if let Some(value) = value {
            writeln!(text, "{key}: {value}").expect("a String takes all");
        }
    };
    put("tagline", station.tagline.as_deref().map(scalar));
    put("genre", station.genre.as_deref().map(scalar));
    put("language", station.language.as_deref().map(scalar));
    put("timezone", station.timezone.iana_name().map(str::to_owned));
    put("art", station.art.as_ref().map(relative));
    put("website", station.website.as_deref().map(scalar));
    put(
        "sound",
        Some(format!("{{ loudness: {}, true_peak: {} }}", station.sound.loudness, station.sound.true_peak)),
    );
    let ms = station.transition.crossfade.0 / 48;
    put(
        "transitions",
        Some(format!(
            "{{ default: {{ crossfade: {ms}ms, cue: {} }} }}",
            station.transition.cue.choice().word
        )),
    );
    let rungs = station.fallback.iter().map(|rung| match rung {
        Rung::Category(name) => scalar(name),
        Rung::File(path) => relative(path),
    });
    put("fallback", (!station.fallback.is_empty()).then(|| list(rungs.collect())));
    let outputs = station.outputs.iter().map(|output| {
        format!("{} {}", output.codec.word(), output.bitrate.expect("no lossless one is made"))
    });
    put("outputs", Some(list(outputs.collect())));
    put("latency", Some(station.latency.choice().word.to_owned()));
    text.push_str("categories:\n");
    for category in &station.categories {
        let texts = |texts: &[String]| list(texts.iter().map(|text| scalar(text)).collect());
        let years = category.filter.year.map(|(first, last)| match first == last {
            true => first.to_string(),
            false => format!("{first}-{last}"),
        });
        let filter: Vec<String> = [
            ("genre", &category.filter.genre),
            ("artist", &category.filter.artist),
            ("album", &category.filter.album),
        ]
        .into_iter()
        .filter(|(_, wanted)| !wanted.is_empty())
        .map(|(key, wanted)| format!("{key}: {}", texts(wanted)))
        .chain(years.map(|years| format!("year: {years}")))
        .collect();
        let words = [
            format!("from: {}", list(category.from.iter().map(relative).collect())),
            format!("pick: {}", category.pick.word()),
            format!("kind: {}", category.kind.word()),
            format!("where: {{ {} }}", filter.join(", ")),
        ];
        let key = scalar(&category.name);
        match blocks {
            true => writeln!(text, "  {key}:\n    {}", words.join("\n    ")),
            false => writeln!(text, "  {key}: {{ {} }}", words.join(", ")),
        }
        .expect("a String takes all");
    }
    text
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_station_reads_back_as_it_was_written(station in station(), blocks in any::<bool>()) {
        let text = written(&station, blocks);
        let reading = harbour(&text);
        hold_laws(&reading);
        prop_assert!(reading.problems.is_empty(), "{:#?}\n{}", reading.problems, text);
        prop_assert_eq!(reading.station, Some(station), "{}", text);
    }
}
