use super::*;
use crate::schedule::item::tests::{index, song};
use crate::schedule::planner::tests::{category, songs, station};
use crate::station::{Kind, Pick};
use crate::units::{Frames, Latency, Position, Seed};
use std::sync::Arc;

fn aired(hours: i64, faults: Faults, latency: Latency, seed: u64) -> Report {
    let mut station = station(vec![
        category("power", Kind::Song, Pick::MostRested),
        category("gold", Kind::Song, Pick::Shuffle),
        category("idents", Kind::Ident, Pick::Rotate),
    ]);
    station.latency = latency;
    let idents = (0..5).map(|n| song(&format!("ident {n}"), "", 4 + n)).collect();
    let index = index(vec![songs("p", 60, 17), songs("g", 200, 60), idents]);
    let report = simulate(&Setup {
        station: Arc::new(station),
        index: Arc::new(index),
        start: Position(1_790_000_000 * 48_000),
        length: Frames::from_secs(3600 * hours),
        faults,
        seed: Seed(seed),
    });
    assert!(report.heard >= Frames::from_secs(3600 * hours - 10), "{report}");
    report
}

#[test]
fn a_day_with_stalls_and_vanished_files_has_no_gap_and_no_late_part_and_is_as_the_as_run_log_says() {
    let report = aired(24, Faults::default(), Latency::Low, 1);
    assert!(report.is_good(), "\n{report}");
    assert!(report.had.vanished > 3 && report.had.stalled > 10 && report.had.ended_early > 3, "\n{report}");
    assert!(report.bed > Frames::ZERO, "\n{report}");
}

#[test]
fn hours_in_which_much_goes_wrong_are_good_too() {
    for seed in 0..4 {
        let faults = Faults { vanished: 0.3, ends_early: 0.3, stalls: 0.4, hiccups: 0.02 };
        let report = aired(2, faults, if seed % 2 == 0 { Latency::Low } else { Latency::Steady }, seed);
        assert!(report.is_good(), "\nseed {seed}\n{report}");
    }
}

#[test]
fn nothing_goes_wrong_in_a_world_without_faults() {
    let report = aired(3, Faults::NONE, Latency::Low, 7);
    assert!(report.is_good(), "\n{report}");
    assert_eq!(report.bed, Frames::ZERO, "\n{report}");
}

#[test]
fn the_same_seed_airs_the_same() {
    assert_eq!(aired(1, Faults::default(), Latency::Low, 3), aired(1, Faults::default(), Latency::Low, 3));
}
