use super::*;
use crate::audio::{Bed, bed};
use crate::playout::cover::BED_UNDER;
use crate::playout::tests::{Made, SOUND, cued, entry, tone};
use crate::schedule::Entry;
use crate::units::Seed;
use proptest::prelude::*;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// Where the scenarios begin.
const START: Position = Position(85_900_000_000_000);

/// What is done to a mixer in a scenario. Positions are frames after [`START`].
#[derive(Clone, Copy)]
enum Do {
    /// Cue a title: at, length, fades, the position of the feed's first frame, the item's length.
    Cue(&'static str, i64, i64, (i64, i64), i64, i64),
    /// So much of a title's item is ready; all of it is before this is first said.
    Ready(&'static str, i64),
    /// Render so many frames on air.
    Run(usize),
    /// Render so many frames, ready to wait; so many come.
    Try(usize, usize),
    /// Withdraw what begins there or later, of which so many are given back.
    Withdraw(i64, usize),
    /// Cut there with a fade of a length; the end is said.
    Cut(i64, i64, i64),
}
use Do::*;

fn title(entry: &Entry) -> &str {
    entry.item.as_ref().and_then(|item| item.title.as_deref()).unwrap_or("bed")
}

fn told(event: &Event) -> String {
    let (word, entry, at) = match event {
        Event::Began { entry, at } => ("began", Some(entry), at),
        Event::Finished { entry, at, complete: true } => ("finished", Some(entry), at),
        Event::Finished { entry, at, complete: false } => ("broke off", Some(entry), at),
        Event::Starved { entry, at } => ("starved", Some(entry), at),
        Event::Recovered { entry, at } => ("recovered", Some(entry), at),
        Event::EndedEarly { entry, at } => ("ended early", Some(entry), at),
        Event::Empty { at } => ("empty", None, at),
    };
    format!("{} {word}{}", (*at - START).0, entry.map_or(String::new(), |entry| format!(" {}", title(entry))))
}

/// Plays a scenario and compares what is told; gives the programme, in which nothing may click.
fn check(name: &str, script: &[Do], expected: &[&str]) -> Vec<Frame> {
    let mut mixer = Mixer::new(START, &SOUND);
    let mut ready: HashMap<&str, Arc<AtomicI64>> = HashMap::new();
    let (mut programme, mut events) = (Vec::new(), Vec::new());
    for step in script {
        match *step {
            Cue(title, at, length, fades, first, item) => {
                let fades = (Frames(fades.0), Frames(fades.1));
                let entry = entry(title, START + Frames(at), Frames(length), fades, Db(0.0));
                let ready = ready.entry(title).or_insert_with(|| Arc::new(AtomicI64::new(i64::MAX))).clone();
                let signal = move |place| tone(title, place);
                let feed = Box::new(Made { signal, place: first - at, length: item, ready, grain: 700 });
                let cued = Cued { entry, first: START + Frames(first), feed };
                assert!(mixer.cue(cued).is_ok(), "{name}: no room for {title}");
            }
            Ready(title, place) => {
                ready.entry(title).or_default().store(place, Ordering::Relaxed);
            }
            Run(count) => {
                let from = programme.len();
                programme.resize(from + count, [9.0; 2]);
                assert_eq!(mixer.render(&mut programme[from..], Patience::Never), Rendered::All, "{name}");
            }
            Try(count, come) => {
                let from = programme.len();
                programme.resize(from + count, [9.0; 2]);
                let rendered = mixer.render(&mut programme[from..], Patience::Wait);
                let all = if come == count { Rendered::All } else { Rendered::Waiting(come) };
                assert_eq!(rendered, all, "{name}");
                programme.truncate(from + come);
            }
            Withdraw(from, given) => {
                while mixer.take_spent().is_some() {}
                mixer.withdraw(START + Frames(from));
                assert_eq!(std::iter::from_fn(|| mixer.take_spent()).count(), given, "{name}");
            }
            Cut(at, length, end) => {
                assert_eq!(mixer.cut(START + Frames(at), Frames(length)), START + Frames(end), "{name}");
            }
        }
        assert_eq!((mixer.position() - START).0, programme.len() as i64, "{name}");
        while let Some(event) = mixer.take_event() {
            events.push(told(&event));
        }
    }
    assert_eq!(events, expected, "{name}");
    let bend = |w: &[Frame]| (w[0][0] - 2.0 * w[1][0] + w[2][0]).abs();
    let sharpest = programme.windows(3).map(bend).fold(0.0, f32::max);
    assert!(sharpest < 0.005, "{name}: a click of {sharpest}");
    programme
}

/// Whether the programme is that of a title's item at its place, from one frame to another.
fn is(title: &str, at: i64, programme: &[Frame], from: i64, to: i64) -> bool {
    (from..to).all(|frame| programme[frame as usize] == tone(title, frame - at))
}

fn is_bed(programme: &[Frame], from: i64, to: i64) -> bool {
    let factor = Db((SOUND.loudness - bed::LOUDNESS).0 - BED_UNDER.0).factor() as f32;
    let mut bed = vec![[0.0; 2]; (to - from) as usize];
    Bed.fill(START + Frames(from), &mut bed);
    let close = |a: f32, b: f32| (a - b * factor).abs() < 1e-6;
    programme[from as usize..to as usize]
        .iter()
        .zip(&bed)
        .all(|(frame, bed)| close(frame[0], bed[0]) && close(frame[1], bed[1]))
}

#[test]
fn entries_follow_each_other_without_a_seam() {
    let all = check(
        "butted",
        &[
            Cue("a", 0, 48_000, (0, 0), 0, 48_000),
            Cue("b", 48_000, 48_000, (0, 0), 48_000, 48_000),
            Run(95_000),
        ],
        &["0 began a", "48000 finished a", "48000 began b"],
    );
    assert!(is("a", 0, &all, 0, 48_000) && is("b", 48_000, &all, 48_000, 95_000));
}

#[test]
fn where_nothing_is_cued_the_bed_plays_at_its_place_and_makes_way() {
    let all = check(
        "empty",
        &[Run(48_000), Cue("a", 60_000, 48_000, (0, 0), 60_000, 48_000), Run(90_000)],
        &["0 empty", "60000 began a", "108000 finished a", "108000 empty"],
    );
    assert!(is_bed(&all, 12_000, 60_000));
    assert!(is("a", 60_000, &all, 72_000, 108_000));
    assert!(is_bed(&all, 120_000, 138_000));
}

#[test]
fn a_feed_that_starves_fades_away_and_comes_back_where_it_would_be() {
    let all = check(
        "starved",
        &[
            Cue("a", 0, 96_000, (0, 0), 0, 96_000),
            Ready("a", 24_000),
            Run(36_000),
            Ready("a", i64::MAX),
            Run(59_000),
        ],
        &["0 began a", "24000 starved a", "36240 recovered a"],
    );
    assert!(is("a", 0, &all, 0, 23_760));
    assert!(is_bed(&all, 24_000, 36_240));
    assert!(is("a", 0, &all, 36_240 + 12_000, 95_000));
}

#[test]
fn a_feed_that_never_gives_anything_is_covered_from_its_first_frame() {
    let all = check(
        "never ready",
        &[Cue("a", 0, 9600, (0, 0), 0, 9600), Ready("a", 100), Run(20_000)],
        &["0 starved a", "9600 broke off a", "9600 empty"],
    );
    assert!(is_bed(&all, 240, 20_000));
}

#[test]
fn an_entry_that_crosses_covers_one_that_starves() {
    let all = check(
        "starved under another",
        &[
            Cue("a", 0, 48_000, (0, 12_000), 0, 48_000),
            Cue("b", 36_000, 48_000, (0, 0), 36_000, 48_000),
            Ready("a", 40_080),
            Run(80_000),
        ],
        &["0 began a", "36000 began b", "40080 starved a", "48000 broke off a"],
    );
    assert!(is("b", 36_000, &all, 40_080, 80_000));
}

#[test]
fn an_item_that_ends_early_leaves_the_bed_and_one_that_ends_a_little_early_does_not() {
    let all = check(
        "early",
        &[Cue("a", 0, 48_000, (0, 0), 0, 30_000), Run(60_000)],
        &["0 began a", "30000 ended early a", "48000 broke off a", "48000 empty"],
    );
    assert!(is("a", 0, &all, 0, 29_760) && is_bed(&all, 30_000, 60_000));
    let all = check(
        "a little early",
        &[
            Cue("a", 0, 48_000, (0, 0), 0, 47_600),
            Cue("b", 48_000, 48_000, (0, 0), 48_000, 48_000),
            Run(60_000),
        ],
        &["0 began a", "48000 finished a", "48000 began b"],
    );
    assert!(is("a", 0, &all, 0, 47_360) && is("b", 48_000, &all, 48_000, 60_000));
    assert!(all[47_600..48_000].iter().all(|frame| *frame == [0.0; 2]));
}

#[test]
fn a_late_cue_is_joined_where_it_would_be() {
    for (first, name) in [(0, "all of it"), (15_000, "from its middle")] {
        let all = check(
            name,
            &[Run(20_000), Cue("a", 0, 48_000, (6000, 0), first, 48_000), Run(20_000)],
            &["0 empty", "20240 began a"],
        );
        assert!(is("a", 0, &all, 20_240 + 12_000, 40_000), "{name}");
    }
    let all = check(
        "the feed begins in the middle",
        &[Cue("a", -5000, 48_000, (0, 0), 9600, 48_000), Run(30_000)],
        &["0 empty", "9600 began a"],
    );
    assert!(is("a", -5000, &all, 9600 + 12_000, 30_000));
    check(
        "too late",
        &[Run(20_000), Cue("a", 0, 9600, (0, 0), 0, 9600), Run(20_000), Withdraw(0, 0)],
        &["0 empty", "9600 broke off a"],
    );
}

#[test]
fn a_patient_mixer_waits_for_a_feed_and_loses_nothing() {
    let all = check(
        "patient",
        &[
            Cue("a", 0, 48_000, (0, 0), 0, 48_000),
            Ready("a", 0),
            Try(10_000, 0),
            Ready("a", 5000),
            Try(10_000, 5000 - 480),
            Try(10_000, 0),
            Ready("a", 48_000),
            Try(43_000, 43_000),
        ],
        &["0 began a"],
    );
    assert!(is("a", 0, &all, 0, 47_520));
}

#[test]
fn what_is_not_heard_yet_can_be_withdrawn() {
    let all = check(
        "withdrawn",
        &[
            Cue("a", 0, 48_000, (0, 0), 0, 48_000),
            Cue("b", 48_000, 48_000, (0, 0), 48_000, 48_000),
            Cue("c", 96_000, 48_000, (0, 0), 96_000, 48_000),
            Run(24_000),
            Withdraw(96_000, 1),
            Withdraw(0, 1),
            Cue("d", 48_000, 48_000, (0, 0), 48_000, 48_000),
            Run(48_000),
        ],
        &["0 began a", "48000 finished a", "48000 began d"],
    );
    assert!(is("a", 0, &all, 0, 48_000) && is("d", 48_000, &all, 48_000, 72_000));
}

#[test]
fn a_cut_fades_what_sounds_and_withdraws_what_would_follow() {
    let all = check(
        "cut",
        &[
            Cue("a", 0, 96_000, (0, 0), 0, 96_000),
            Cue("b", 96_000, 48_000, (0, 0), 96_000, 48_000),
            Run(12_000),
            Cut(48_000, 9600, 48_000),
            Withdraw(0, 0),
            Cue("c", 48_000, 48_000, (0, 0), 48_000, 48_000),
            Run(48_000),
            Cut(0, 0, 60_480),
            Run(3000),
        ],
        &["0 began a", "48000 broke off a", "48000 began c", "60480 broke off c", "60480 empty"],
    );
    assert!(is("a", 0, &all, 0, 38_400) && is("c", 48_000, &all, 48_000, 60_240));
}

#[test]
fn a_fifth_entry_is_given_back_until_one_is_taken_away() {
    let mut mixer = Mixer::new(START, &SOUND);
    let make = |n: i64| {
        let entry = entry("a", START + Frames(n * 4800), Frames(4800), Default::default(), Db(0.0));
        cued(&entry, entry.at, 99, |place| tone("a", place))
    };
    for n in 0..4 {
        assert!(mixer.cue(make(n)).is_ok());
    }
    let back = mixer.cue(make(4)).unwrap_err();
    assert_eq!(back.entry.at, START + Frames(4 * 4800));
    assert_eq!(mixer.render(&mut vec![[0.0; 2]; 4800], Patience::Wait), Rendered::All);
    let back = mixer.cue(back).unwrap_err();
    assert_eq!(mixer.take_spent().map(|cued| cued.entry.at), Some(START));
    assert!(mixer.cue(back).is_ok() && mixer.take_spent().is_none());
}

#[test]
fn a_crossfade_is_its_closed_form() {
    let fade = Frames(24_000);
    let a = entry("a", START, Frames(48_000), (Frames::ZERO, fade), Db(-3.0));
    let b = entry("b", START + Frames(24_000), Frames(48_000), (fade, Frames::ZERO), Db(1.5));
    let mut mixer = Mixer::new(START, &SOUND);
    for entry in [&b, &a] {
        let name = title(entry).to_owned();
        assert!(mixer.cue(cued(entry, entry.at, 999, move |place| tone(&name, place))).is_ok());
    }
    let mut out = vec![[0.0; 2]; 72_000];
    assert_eq!(mixer.render(&mut out, Patience::Never), Rendered::All);
    for (i, frame) in out.iter().enumerate() {
        let (a, b) = (tone("a", i as i64)[0], tone("b", i as i64 - 24_000)[0]);
        let angle = ((i as f64 - 24_000.0 + 0.5) / 24_000.0).clamp(0.0, 1.0) * std::f64::consts::FRAC_PI_2;
        let falls = if i < 48_000 { Db(-3.0).factor() * angle.cos() } else { 0.0 };
        let rises = Db(1.5).factor() * angle.sin();
        let exact = f64::from(a) * falls + f64::from(b) * rises;
        assert!((f64::from(frame[0]) - exact).abs() < 1e-6, "{i}: {} {exact}", frame[0]);
    }
}

/// All kinds of trouble in 7 s: loud noise that crosses, a gap, an item that ends early, three at once.
fn trouble(seed: u64, grain: usize, ready: Option<&Arc<AtomicI64>>, mixer: &mut Mixer) {
    let of = |at: i64, length: i64, fades: (i64, i64), gain: f64, item: i64, n: u64| {
        let fades = (Frames(fades.0), Frames(fades.1));
        let entry = entry("a", START + Frames(at), Frames(length), fades, Db(gain));
        let signal = move |place: i64| {
            let at = Seed(seed).with(n).with(place as u64);
            [2.0 * at.unit() as f32 - 1.0, (place as f32 * 0.01).sin()]
        };
        let ready = ready.cloned().unwrap_or_else(|| Arc::new(AtomicI64::new(i64::MAX)));
        Cued { first: entry.at, entry, feed: Box::new(Made { signal, place: 0, length: item, ready, grain }) }
    };
    for cued in [
        of(0, 100_000, (0, 30_000), 3.0, 100_000, 0),
        of(70_000, 80_000, (30_000, 20_000), -9.0, 80_000, 1),
        of(130_000, 90_000, (20_000, 0), 6.0, 55_555, 2),
        of(140_001, 160_000, (0, 10_000), -12.0, 160_000, 3),
    ] {
        assert!(mixer.cue(cued).is_ok());
    }
}

const TROUBLE: usize = 330_000;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20))]
    #[test]
    fn the_programme_is_the_same_whatever_the_blocks_and_however_the_feeds_stutter(
        seed in any::<u64>(),
        grain in 1..3000usize,
        blocks in prop::collection::vec((1..4000usize, 0..5000i64), 1..60),
    ) {
        let mut whole = vec![[0.0; 2]; TROUBLE];
        let mut mixer = Mixer::new(START, &SOUND);
        trouble(seed, 4096, None, &mut mixer);
        prop_assert_eq!(mixer.render(&mut whole, Patience::Never), Rendered::All);

        let mut parts = vec![[0.0; 2]; TROUBLE];
        let mut mixer = Mixer::new(START, &SOUND);
        let ready = Arc::new(AtomicI64::new(0));
        trouble(seed, grain, Some(&ready), &mut mixer);
        let (mut done, mut blocks) = (0, blocks.into_iter().cycle());
        while done < TROUBLE {
            let (block, more) = blocks.next().unwrap();
            let end = TROUBLE.min(done + block);
            done = match mixer.render(&mut parts[done..end], Patience::Wait) {
                Rendered::All => end,
                Rendered::Waiting(count) => done + count,
            };
            ready.fetch_add(more + 1, Ordering::Relaxed);
        }
        prop_assert!(whole == parts);
    }
}

#[test]
fn two_seconds_before_a_stretch_give_the_same_samples_as_all_before_it() {
    let stretch = START + Frames(200_000);
    let renders = [Position(START.0 - 48_000), START, stretch - Frames(96_000)].map(|start| {
        let mut mixer = Mixer::new(start, &SOUND);
        trouble(7, 4096, None, &mut mixer);
        let mut out = vec![[0.0; 2]; (stretch - start).count() + 130_000];
        assert_eq!(mixer.render(&mut out, Patience::Wait), Rendered::All);
        out[(stretch - start).count()..].to_vec()
    });
    assert!(renders[0] == renders[1] && renders[1] == renders[2]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn on_air_nothing_that_feeds_and_hosts_do_makes_a_click_or_a_gap(
        // Frames after the last, periods of its tone, of its fades, how much is there, how soon the rest is.
        entries in prop::collection::vec((-9000..30_000i64, 1..80i64, 0..20i64, 0..20i64, -2000..40_000i64, 0..30_000i64), 1..12),
        // A block, what is done before it, where and how long.
        doings in prop::collection::vec((1..4000usize, 0..12u8, -3000..9000i64, 0..5000i64), 10..80),
    ) {
        let mut mixer = Mixer::new(START, &SOUND);
        let mut at = START;
        let mut cues: Vec<(Cued, i64, Arc<AtomicI64>, i64)> = Vec::new();
        for (n, &(after, periods, rise, fall, there, more)) in entries.iter().enumerate() {
            at += Frames(after);
            let fades = (Frames(rise * 480), Frames(fall * 480));
            let title = ["a", "b"][n % 2];
            let entry = entry(title, at, Frames(periods * 480), fades, Db(-3.0));
            let length = if n % 3 == 2 { there.max(0) } else { periods * 480 };
            let ready = Arc::new(AtomicI64::new(there));
            let signal = move |place| tone(title, place);
            let feed = Box::new(Made { signal, place: 0, length, ready: ready.clone(), grain: 500 });
            let told = (at - START).0 - 20_000;
            cues.push((Cued { first: at, entry, feed }, told, ready, (at - START).0 + there + more));
        }
        let readies: Vec<_> = cues.iter().map(|(_, _, ready, when)| (ready.clone(), *when)).collect();
        cues.reverse();
        let mut programme: Vec<Frame> = Vec::new();
        for (block, doing, place, length) in doings.into_iter().cycle().take(120) {
            let now = programme.len() as i64;
            while cues.last().is_some_and(|(_, told, _, _)| *told <= now) {
                let (cued, told, ready, when) = cues.pop().unwrap();
                if let Err(cued) = mixer.cue(cued) {
                    cues.push((cued, told, ready, when));
                    break;
                }
            }
            for (ready, when) in &readies {
                if *when <= now {
                    ready.store(i64::MAX, Ordering::Relaxed);
                }
            }
            match doing {
                0 => { mixer.cut(START + Frames(now + place), Frames(length)); }
                1 => mixer.withdraw(START + Frames(now + place)),
                _ => {}
            }
            programme.resize(programme.len() + block, [9.0; 2]);
            prop_assert_eq!(mixer.render(&mut programme[now as usize..], Patience::Never), Rendered::All);
            prop_assert_eq!(mixer.position(), START + Frames(programme.len() as i64));
            while mixer.take_spent().is_some() || mixer.take_event().is_some() {}
        }
        // Three entries of 0.18 that begin or end at once bend the most: each tone has a corner there.
        let bend = |w: &[Frame]| (w[0][0] - 2.0 * w[1][0] + w[2][0]).abs();
        let sharpest = programme.windows(3).map(bend).fold(0.0, f32::max);
        prop_assert!(sharpest < 0.012, "a click of {}", sharpest);
        // Half a second without a sound is a gap: the bed takes a quarter to come.
        let silent = programme.chunks(24_000).find(|half| half.len() == 24_000 && half.iter().all(|f| f[0].abs() < 1e-3));
        prop_assert!(silent.is_none());
    }
}
