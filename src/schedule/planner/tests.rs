use super::*;
use crate::schedule::item::tests::{index, song};
use crate::station::{Category, Pick, Rung, Sound, Transition, Where};
use crate::units::{Latency, StationId};
use proptest::prelude::*;
use std::collections::HashMap;

pub(crate) fn category(name: &str, kind: Kind, pick: Pick) -> Category {
    Category { name: name.into(), from: vec![name.into()], filter: Where::default(), pick, kind }
}

pub(crate) fn station(categories: Vec<Category>) -> Station {
    Station {
        id: StationId::new("test").unwrap(),
        name: "Test".into(),
        tagline: None,
        language: None,
        genre: None,
        timezone: jiff::tz::TimeZone::UTC,
        art: None,
        website: None,
        categories,
        sound: Sound::default(),
        transition: Transition::default(),
        fallback: Vec::new(),
        outputs: Vec::new(),
        latency: Latency::Low,
    }
}

pub(crate) fn songs(prefix: &str, count: usize, artists: usize) -> Vec<Item> {
    (0..count)
        .map(|n| {
            song(&format!("{prefix}{n:03}"), &format!("Artist {}", n % artists), 150 + (n as i64 * 37) % 120)
        })
        .collect()
}

/// Plans until a position, however many entries that takes.
fn extend(planner: &Planner, log: &mut Log, past: &mut Past, until: Position) {
    let mut planned = None;
    while log.end().is_none() || log.end() != planned {
        planned = log.end();
        planner.extend(log, past, Position(0), Position(0), until, until);
    }
}

fn planned(station: &Station, index: &Index, hours: i64) -> Log {
    let planner = Planner::new(Arc::new(station.clone()), Arc::new(index.clone()));
    let (mut log, mut past) = (Log::default(), Past::default());
    let until = Position(0) + Frames::from_secs(3600 * hours);
    extend(&planner, &mut log, &mut past, until);
    log
}

fn titles(log: &Log) -> Vec<String> {
    log.entries().filter_map(|entry| entry.item.as_ref()?.title.as_deref().map(str::to_owned)).collect()
}

#[test]
fn the_log_has_no_gap_and_songs_overlap_by_the_crossfade() {
    let station = station(vec![category("music", Kind::Song, Pick::MostRested)]);
    let log = planned(&station, &index(vec![songs("s", 20, 5)]), 24);
    let entries: Vec<_> = log.entries().cloned().collect();
    assert!(Log::new(entries.clone()).is_ok());
    for pair in entries.windows(2) {
        assert_eq!(pair[0].overlap, Frames::from_secs(3));
        assert_eq!(pair[0].fade_out, pair[1].fade_in);
        assert_eq!(pair[1].at, pair[0].end() - Frames::from_secs(3));
    }
}

#[test]
fn no_artist_plays_twice_running_where_it_can_be_avoided() {
    let station = station(vec![category("music", Kind::Song, Pick::MostRested)]);
    let mut items = songs("s", 30, 1);
    items.push(song("other", "Somebody Else", 180));
    let log = planned(&station, &index(vec![items]), 48);
    let artists: Vec<_> = log.entries().map(|entry| entry.item.as_ref().unwrap().artist_key()).collect();
    assert!(artists.windows(2).all(|pair| pair[0] != pair[1]));
}

#[test]
fn the_most_rested_plays_next_so_that_all_play_before_any_plays_again() {
    let station = station(vec![category("music", Kind::Song, Pick::MostRested)]);
    let log = planned(&station, &index(vec![songs("s", 12, 12)]), 24);
    let titles = titles(&log);
    for window in titles.windows(12) {
        let distinct: std::collections::HashSet<_> = window.iter().collect();
        assert_eq!(distinct.len(), 12, "{window:?}");
    }
}

#[test]
fn a_shuffle_plays_all_once_a_round_and_in_another_order_each_round() {
    let station = station(vec![category("music", Kind::Song, Pick::Shuffle)]);
    let log = planned(&station, &index(vec![songs("s", 10, 10)]), 24);
    let titles = titles(&log);
    let rounds: Vec<_> = titles.chunks_exact(10).collect();
    assert!(rounds.len() > 10);
    for round in &rounds {
        let distinct: std::collections::HashSet<_> = round.iter().collect();
        assert_eq!(distinct.len(), 10, "{round:?}");
    }
    assert!(rounds.windows(2).all(|pair| pair[0] != pair[1]));
    assert!(titles.windows(2).all(|pair| pair[0] != pair[1]));
}

#[test]
fn a_rotation_plays_in_the_order_of_paths_round_and_round() {
    let station = station(vec![category("music", Kind::Song, Pick::Rotate)]);
    let log = planned(&station, &index(vec![songs("s", 4, 4)]), 1);
    let titles = titles(&log);
    for (n, title) in titles.iter().enumerate() {
        assert_eq!(*title, format!("s{:03}", n % 4));
    }
}

#[test]
fn the_newest_plays_until_a_newer_one_comes() {
    let station = station(vec![category("news", Kind::Song, Pick::Newest)]);
    let mut items = songs("s", 4, 4);
    items[2].modified = 10;
    assert!(titles(&planned(&station, &index(vec![items]), 2)).iter().all(|title| title == "s002"));
}

#[test]
fn categories_take_turns_in_proportion_to_their_size_with_an_ident_after_every_third_song() {
    let station = station(vec![
        category("power", Kind::Song, Pick::MostRested),
        category("gold", Kind::Song, Pick::Shuffle),
        category("idents", Kind::Ident, Pick::Shuffle),
    ]);
    let idents = (0..3).map(|n| song(&format!("ident {n}"), "", 5)).collect();
    let log = planned(&station, &index(vec![songs("p", 10, 7), songs("g", 30, 9), idents]), 72);
    let mut counts: HashMap<String, i32> = HashMap::new();
    let mut since = 0;
    for entry in log.entries() {
        *counts.entry(entry.category.to_string()).or_default() += 1;
        match entry.kind {
            Kind::Ident => {
                assert_eq!(since, 3);
                assert_eq!((entry.overlap, entry.fade_in), (Frames::ZERO, Frames::ZERO));
                since = 0;
            }
            _ => since += 1,
        }
    }
    let share = f64::from(counts["power"]) / f64::from(counts["power"] + counts["gold"]);
    assert!((share - 0.25).abs() < 0.01, "{share}");
}

#[test]
fn a_station_without_songs_falls_down_its_ladder_to_the_bed() {
    let mut station = station(vec![
        category("music", Kind::Song, Pick::MostRested),
        category("beds", Kind::Bed, Pick::Rotate),
    ]);
    station.fallback = vec![Rung::File("sorry.wav".into()), Rung::Category("beds".into())];
    let sorry = Arc::new(song("sorry", "", 30));
    let with = |file: Option<Arc<Item>>, beds: usize| {
        let mut index = index(vec![vec![], songs("bed", beds, 1)]);
        index.fallback_files = vec![file];
        let log = planned(&station, &index, 1);
        let entry = log.entries().next().unwrap().clone();
        assert_eq!(&*entry.category, "fallback");
        entry.line()
    };
    assert_eq!(with(Some(sorry), 1), "sorry");
    assert_eq!(with(None, 1), "Artist 0 - bed000");
    assert_eq!(with(None, 0), "");
}

#[test]
fn what_was_found_broken_is_not_picked() {
    let station = station(vec![category("music", Kind::Song, Pick::MostRested)]);
    let index = index(vec![songs("s", 5, 5)]);
    let mut planner = Planner::new(Arc::new(station), Arc::new(index.clone()));
    planner.unplayable.insert(index.items[3].id);
    let (mut log, mut past) = (Log::default(), Past::default());
    planner.extend(&mut log, &mut past, Position(0), Position(0), Position(48_000 * 3600), Position(0));
    assert!(log.entries().all(|entry| entry.item.as_ref().unwrap().id != index.items[3].id));
}

#[test]
fn a_frozen_entry_keeps_its_end_when_what_follows_is_planned_anew() {
    let station = station(vec![category("music", Kind::Song, Pick::MostRested)]);
    let planner = Planner::new(Arc::new(station), Arc::new(index(vec![songs("s", 9, 9)])));
    let (mut log, mut past) = (Log::default(), Past::default());
    planner.extend(&mut log, &mut past, Position(0), Position(0), Position(48_000 * 3600), Position(0));
    let audible = log.entries().nth(3).unwrap().clone();
    log.truncate(audible.at + Frames(1));
    let mut past = Past::default();
    log.entries().for_each(|entry| past.note(entry));
    planner.extend(
        &mut log,
        &mut past,
        Position(0),
        audible.at + Frames(1),
        Position(48_000 * 3600),
        Position(0),
    );
    assert_eq!(log.entries().nth(3).unwrap(), &audible);
    assert_eq!(log.entries().nth(4).unwrap().at, audible.next_at());
    assert_eq!(log.entries().nth(4).unwrap().fade_in, audible.fade_out);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn planning_in_one_go_or_in_many_gives_the_same_log(
        sizes in prop::collection::vec(0usize..14, 1..4),
        picks in prop::collection::vec(0usize..4, 4),
        steps in prop::collection::vec(1i64..9_000, 1..12),
    ) {
        let of = [Pick::MostRested, Pick::Shuffle, Pick::Rotate, Pick::Newest];
        let categories = (0..sizes.len())
            .map(|n| category(&format!("c{n}"), if n == 2 { Kind::Ident } else { Kind::Song }, of[picks[n]]))
            .collect();
        let pools = sizes.iter().enumerate().map(|(n, &size)| songs(&format!("c{n}-"), size, 3)).collect();
        let planner = Planner::new(Arc::new(station(categories)), Arc::new(index(pools)));
        let end = Position(steps.iter().sum::<i64>() * 48_000);
        let (mut once, mut past) = (Log::default(), Past::default());
        extend(&planner, &mut once, &mut past, end);
        let (mut many, mut past, mut until) = (Log::default(), Past::default(), Position(0));
        for step in steps {
            until += Frames::from_secs(step);
            extend(&planner, &mut many, &mut past, until);
        }
        prop_assert_eq!(&once, &many);
        let entries: Vec<_> = once.entries().cloned().collect();
        prop_assert!(Log::new(entries).is_ok());
    }
}
