//! Laws that hold whatever a station's outputs, packets, titles and moment.

use crate::rules::Playlist;
use crate::synthetic::{AAC_CONFIG, Air, Sizes, frames_of, output, outputs, packets, rendition};
use crate::transport::{access_units, receive};
use hls_m3u8::MediaPlaylist;
use longwave::codec::Packet;
use longwave::package::snapshot::{CHUNKS_KEPT, SEGMENTS_KEPT, SEGMENTS_LISTED, Snapshot, Window};
use longwave::package::{Ask, Decision, Multivariant, Packager, PackagerError, PartDecision, TitleChange};
use longwave::package::{mpegts, playlist, reload};
use longwave::station::Codec;
use longwave::units::{Cell, Frames, Latency, Msn, Position, SEGMENT, StationId};
use mp4_atom::{Decode, Moof};
use proptest::prelude::*;
use std::sync::Arc;

prop_compose! {
    fn an_air()(
        latency in prop_oneof![Just(Latency::Low), Just(Latency::Steady)],
        // The second: where time stamps of 33 bits begin anew.
        msn in prop_oneof![1u64..10, 49_690u64..49_712, 933_000_000u64..940_000_000],
        cells in 1i64..220,
        chosen in prop::sample::subsequence(outputs(), 1..=5),
        titles in prop::collection::vec((0i64..200, "[ -~é\u{2028}\n]{0,20}"), 0..6),
        jitter in any::<u64>(),
    ) -> Air {
        let first = Msn(msn).first_cell();
        Air { latency, outputs: chosen, sizes: Sizes::Random, first, cells, titles, jitter }
    }
}

fn windows(snapshot: &Snapshot) -> impl Iterator<Item = (Latency, &Window)> {
    snapshot.windows.iter().map(|window| (snapshot.latency, window))
}

/// All parts of a window that are kept, with where they should begin.
fn parts(latency: Latency, window: &Window) -> Vec<(Position, &[u8])> {
    let complete = window.segments.iter().map(|segment| (segment.msn, &segment.parts));
    let all = complete.chain([(window.open_msn, &window.open_parts)]);
    all.flat_map(|(msn, parts)| {
        let at = move |n| msn.start() + latency.part() * n as i64;
        parts.iter().enumerate().map(move |(n, bytes)| (at(n), &bytes[..]))
    })
    .collect()
}

fn read_part(bytes: &[u8]) -> (Moof, &[u8]) {
    let mut rest = bytes;
    let moof = Moof::decode(&mut rest).expect("a part begins with a moof");
    let (size, mdat) = rest.split_at(8);
    assert_eq!(&size[4..], b"mdat");
    assert_eq!(u32::from_be_bytes([size[0], size[1], size[2], size[3]]) as usize, rest.len());
    let offset = moof.traf[0].trun[0].data_offset.expect("a part says where its packets are");
    assert_eq!(offset as usize, bytes.len() - mdat.len());
    (moof, mdat)
}

/// The packets of a part, as a demultiplexer stamps them.
fn demux(output: longwave::station::Output, bytes: &[u8]) -> Vec<Packet> {
    let (moof, mut payload) = read_part(bytes);
    let traf = &moof.traf[0];
    assert!(traf.tfhd.default_base_is_moof);
    let mut at = Position(traf.tfdt.as_ref().expect("every part has one").base_media_decode_time as i64);
    let mut demuxed = Vec::new();
    for sample in traf.trun[0].samples.iter() {
        let (bytes, rest) = payload.split_at(sample.size.expect("each has a size") as usize);
        let frames = frames_of(output.codec);
        demuxed.push(Packet { at, frames, bytes: bytes.to_vec() });
        at += frames;
        payload = rest;
    }
    assert!(payload.is_empty());
    demuxed
}

fn lines_that_are_ours(text: &str) -> usize {
    let ours = ["SERVER-CONTROL", "PART-INF", "PART", "PRELOAD-HINT", "SKIP", "RENDITION-REPORT"];
    let is_ours = |line: &&str| ours.iter().any(|tag| line.starts_with(&format!("#EXT-X-{tag}:")));
    text.lines().filter(is_ours).count()
}

/// Reads a text as RFC 8216 is read: version 7 is the last that there was, and a date or a map with no segment
/// after it, which parts do have, is an error.
fn read_by_hls_m3u8(text: &str) {
    let mut clamped = text.replace("#EXT-X-VERSION:9\n", "#EXT-X-VERSION:7\n");
    let open = text.lines().rev().take_while(|line| line.starts_with('#'));
    for line in open.filter(|line| line.starts_with("#EXT-X-PROGRAM-DATE") || line.starts_with("#EXT-X-MAP"))
    {
        clamped = clamped.replace(&format!("{line}\n"), "");
    }
    let read = MediaPlaylist::try_from(clamped.as_str()).expect("the base is RFC 8216");
    let listed = text.lines().filter(|line| !line.starts_with('#')).count();
    assert_eq!(read.segments.iter().count(), listed);
    assert_eq!(read.unknown.len(), lines_that_are_ours(text), "all that is unknown to it is ours");
    for (_, segment) in &read.segments {
        let length = segment.duration.duration().as_micros();
        assert!(length == 1_920_000 || length == 5_760_000);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn every_rendition_is_cut_at_the_same_frames_and_numbers_need_no_memory(air in an_air()) {
        let snapshots = air.snapshots();
        prop_assert_eq!(snapshots.len() as i64, air.cells / air.latency.cells_per_part());
        let mut edge = air.first.start();
        for snapshot in &snapshots {
            edge += air.latency.part();
            prop_assert_eq!(snapshot.edge, edge, "one part at a time");
        }
        let Some(last) = snapshots.last() else { return Ok(()) };
        for (latency, window) in windows(last) {
            prop_assert_eq!(window.open_msn, Msn::holding(last.edge));
            prop_assert!(window.segments.len() <= SEGMENTS_KEPT);
            prop_assert_eq!(window.open_msn.start() + latency.part() * window.open_parts.len() as i64, last.edge);
            let mut running = None;
            for (at, bytes) in parts(latency, window) {
                let (moof, _) = read_part(bytes);
                let tfdt = moof.traf[0].tfdt.as_ref().map(|tfdt| tfdt.base_media_decode_time as i64);
                prop_assert_eq!(tfdt, Some(at.0));
                prop_assert!(running.is_none_or(|sum| sum == at), "decode time is the running sum");
                prop_assert_eq!(moof.mfhd.sequence_number, Cell::holding(at).0 as u32);
                let samples = moof.traf[0].trun[0].samples.len() as i64;
                running = Some(at + frames_of(window.output.codec) * samples);
                prop_assert_eq!(running, Some(at + latency.part()));
            }
            prop_assert_eq!(running, Some(last.edge));
        }
    }

    #[test]
    fn what_was_pushed_is_what_is_fetched(air in an_air()) {
        let snapshots = air.snapshots();
        let Some(last) = snapshots.last() else { return Ok(()) };
        for (latency, window) in windows(last) {
            let fetched: Vec<_> =
                parts(latency, window).into_iter().flat_map(|(_, bytes)| demux(window.output, bytes)).collect();
            let from = fetched[0].at;
            prop_assert!(fetched == packets(window.output, air.sizes, from, last.edge));
        }
        for stream in &last.streams {
            prop_assert!(stream.chunks.len() <= CHUNKS_KEPT);
            let first = stream.chunks[0].cell.start();
            let all = packets(stream.output, air.sizes, air.first.start(), last.edge);
            for (n, chunk) in stream.chunks.iter().enumerate() {
                let from = first + air.latency.part() * n as i64;
                prop_assert_eq!(chunk.cell.start(), from);
                let here = from..from + air.latency.part();
                let expected = all.iter().filter(|packet| here.contains(&packet.at));
                let bytes: Vec<u8> = expected.flat_map(|packet| packet.bytes.clone()).collect();
                match stream.output.codec {
                    Codec::Aac => prop_assert!(access_units(&chunk.bytes).concat() == bytes),
                    _ => prop_assert!(chunk.bytes == bytes),
                }
            }
        }
    }

    #[test]
    fn a_low_latency_playlist_changes_only_as_the_draft_allows(air in an_air()) {
        let snapshots = air.snapshots();
        for n in 0..snapshots.first().map_or(0, |snapshot| snapshot.windows.len()) {
            let mut before: Option<Playlist> = None;
            for snapshot in &snapshots {
                let window = &snapshot.windows[n];
                let text = playlist::live(snapshot, window, false);
                read_by_hls_m3u8(&text);
                let read = Playlist::read(&text);
                if let Some(before) = &before {
                    before.check_successor(&read);
                }
                let others = snapshot.windows.iter().filter(|w| w.output.codec == window.output.codec).count() - 1;
                prop_assert_eq!(read.reports.len(), others, "1.5: a report for each other rendition");
                prop_assert!(read.segments.values().filter(|s| s.uri.is_some()).count() <= SEGMENTS_LISTED);
                before = Some(read);
            }
        }
    }

    #[test]
    fn plain_and_radio_playlists_change_only_as_rfc_8216_allows(air in an_air()) {
        let snapshots = air.snapshots();
        for n in 0..snapshots.first().map_or(0, |snapshot| snapshot.windows.len()) {
            let mut before: [Option<Playlist>; 2] = [None, None];
            for snapshot in &snapshots {
                let window = &snapshot.windows[n];
                let texts = [Some(playlist::plain(window)), playlist::radio(window)];
                for (text, before) in texts.into_iter().zip(&mut before) {
                    let Some(text) = text else {
                        prop_assert_eq!(&*before, &None, "a playlist does not vanish");
                        continue;
                    };
                    read_by_hls_m3u8(&text);
                    prop_assert_eq!(lines_that_are_ours(&text), 0);
                    let read = Playlist::read(&text);
                    if let Some(before) = before {
                        before.check_successor(&read);
                    }
                    *before = Some(read);
                }
            }
        }
    }

    #[test]
    fn delta_plus_previous_equals_full(air in an_air(), behind in 0usize..19) {
        let snapshots = air.snapshots();
        for pair in snapshots.windows(behind + 1) {
            let (old, new) = (&pair[0], &pair[behind]);
            // A client asks for a delta only if what it has is younger than half the Skip Boundary.
            if new.edge - old.edge > Frames::from_secs(6) {
                continue;
            }
            for (old_window, window) in old.windows.iter().zip(&new.windows) {
                let had = Playlist::read(&playlist::live(old, old_window, false));
                let full = playlist::live(new, window, false);
                let delta = playlist::live(new, window, true);
                read_by_hls_m3u8(&delta);
                prop_assert!(delta.len() <= full.len());
                prop_assert_eq!(had.with_delta(&Playlist::read(&delta)), Playlist::read(&full));
            }
        }
    }

    #[test]
    fn any_run_of_radio_segments_is_one_transport_stream(air in an_air()) {
        let snapshots = air.snapshots();
        let Some(last) = snapshots.last() else { return Ok(()) };
        for window in &last.windows {
            let Some(text) = playlist::radio(window) else {
                let whole = |k: u64| (0..3).all(|n| window.segment(Msn(3 * k + n)).is_some());
                let none = window.segments.iter().all(|segment| !whole(segment.msn.0 / 3));
                prop_assert!(none || window.output.codec != Codec::Aac);
                continue;
            };
            let numbers: Vec<u64> = text
                .lines()
                .filter(|line| !line.starts_with('#'))
                .map(|line| line.strip_suffix(".ts").expect("ours end so").parse().expect("a number"))
                .collect();
            let bytes: Vec<u8> = numbers
                .iter()
                .flat_map(|&n| playlist::radio_segment(window, n).expect("what is listed is there").concat())
                .collect();
            let from = Msn(numbers[0] * mpegts::RUN).start();
            let to = from + SEGMENT * (mpegts::RUN as usize * numbers.len()) as i64;
            let expected = packets(window.output, air.sizes, from, to);
            let received = receive(&bytes);
            let mut at = 0;
            let mut clock = None;
            for pes in received {
                let position = i128::from(expected[at].at.0);
                prop_assert_eq!(u128::from(pes.pts), (position * 90_000 / 48_000) as u128 % (1 << 33));
                let behind = pes.pts.wrapping_sub(pes.pcr) % (1 << 33);
                prop_assert_eq!(behind, 9000, "the clock reference is before what is presented");
                let step = clock.map_or(0, |last| pes.pcr.wrapping_sub(last) % (1 << 33));
                prop_assert!(step <= 9000, "2.7.2: clock references are at most 100 ms apart");
                clock = Some(pes.pcr);
                for unit in access_units(&pes.payload) {
                    prop_assert!(unit == expected[at].bytes);
                    at += 1;
                }
            }
            prop_assert_eq!(at, expected.len());
        }
    }

    #[test]
    fn a_held_request_is_answered_by_the_snapshot_that_it_was_told_to_wait_for(
        air in an_air(), ahead in 0u64..4, part in prop::option::of(0u64..9)
    ) {
        let snapshots = air.snapshots();
        for (n, snapshot) in snapshots.iter().enumerate() {
            for (w, (latency, window)) in windows(snapshot).enumerate() {
                let msn = Some((window.open_msn.0 + ahead).saturating_sub(1));
                let ask = Ask { msn, part, skip: false };
                if let Decision::Hold { until } = reload::decide(latency, window, ask) {
                    prop_assert!(until > snapshot.edge);
                    let answered = snapshots[n..].iter().find(|later| {
                        matches!(reload::decide(latency, &later.windows[w], ask), Decision::Serve { .. })
                    });
                    let reached = snapshots[n..].iter().find(|later| later.edge >= until);
                    prop_assert_eq!(answered.map(|s| s.edge), reached.map(|s| s.edge));
                }
                let hinted = playlist::next_part(window);
                let held = reload::decide_part(latency, window, hinted.0, hinted.1);
                prop_assert_eq!(held, PartDecision::Hold { until: snapshot.edge + latency.part() });
                if let Some(next) = snapshots.get(n + 1) {
                    let now = reload::decide_part(latency, &next.windows[w], hinted.0, hinted.1);
                    prop_assert!(matches!(now, PartDecision::Serve(_)));
                }
            }
        }
    }
}

#[test]
fn a_rendition_that_is_late_holds_all_back() {
    let chosen = [output(Codec::Opus, 96), output(Codec::Mp3, 128)];
    let renditions: Vec<_> = chosen.iter().map(|&output| rendition(output)).collect();
    let id = StationId::new("harbour").expect("a plain word");
    let first = Msn(700).first_cell();
    let mut packager = Packager::new(id, Latency::Low, &renditions, first).expect("both are packaged");
    let push = |packager: &mut Packager, n: usize, from: i64, to: i64| {
        let start = first.start();
        packager.push(n, &packets(chosen[n], Sizes::Constant, start + Frames(from), start + Frames(to)));
    };
    push(&mut packager, 0, 0, 3 * 15_360);
    assert!(packager.close().is_none());
    // 13 packets of 1152 end at 14,976, before the end of the cell; the 14th straddles it.
    push(&mut packager, 1, 0, 13 * 1152);
    assert!(packager.close().is_none());
    push(&mut packager, 1, 13 * 1152, 14 * 1152);
    let snapshot = packager.close().expect("both are complete up to the end of the part");
    assert_eq!(snapshot.edge, first.end());
    assert_eq!(snapshot.windows[0].open_parts.len(), 1);
    assert_eq!(snapshot.streams[0].chunks.len(), 1);
    assert!(packager.close().is_none());
    assert_eq!(packager.edge(), first.end());
}

#[test]
fn titles_are_those_of_the_place_where_they_are_told() {
    let change = |cell: i64, title: &str| (cell, title.to_owned());
    let air =
        Air { titles: vec![change(0, "a"), change(7, "b"), change(12, "c")], cells: 20, ..Air::default() };
    let snapshots = air.snapshots();
    let last = snapshots.last().expect("twenty parts");
    let window = &last.windows[0];
    let told: Vec<_> = window.segments.iter().map(|segment| &*segment.title).collect();
    assert_eq!((told, &*window.open_title), (vec!["a", "a", "c"], "c"));
    let chunks: String = last.streams[0].chunks.iter().map(|chunk| &*chunk.title).collect();
    assert_eq!(chunks, "aaaaaaabbbbbcccccccc");
    assert_eq!(&*last.streams[0].chunks[7].art, "/harbour/art/7");
}

#[test]
fn what_a_packager_can_not_do_it_says_at_once() {
    let id = || StationId::new("harbour").expect("a plain word");
    let made = |rendition, first| Packager::new(id(), Latency::Low, &[rendition], first).map(|_| ());
    let aac = output(Codec::Aac, 128);
    let bare = longwave::package::Rendition { output: aac, config: Vec::new() };
    let flac = longwave::package::Rendition { output: output(Codec::Flac, 0), config: Vec::new() };
    assert_eq!(made(rendition(aac), Cell(6)), Ok(()));
    assert_eq!(made(rendition(aac), Cell(7)), Err(PackagerError::NotABoundary(Cell(7))));
    assert_eq!(made(bare, Cell(6)), Err(PackagerError::NoConfig));
    assert_eq!(made(flac, Cell(6)), Err(PackagerError::NotPackaged(Codec::Flac)));
}

#[test]
fn what_a_constant_encoder_takes_is_what_is_announced() {
    for latency in [Latency::Low, Latency::Steady] {
        let outputs: Vec<_> = outputs().into_iter().filter(|output| output.codec != Codec::Mp3).collect();
        let air = Air { latency, outputs, sizes: Sizes::Constant, cells: 48, ..Air::default() };
        let snapshots = air.snapshots();
        let last: &Arc<Snapshot> = snapshots.last().expect("there are parts");
        for window in &last.windows {
            let segment = window.segments.back().expect("eight are complete");
            let bits =
                |bytes: usize, segments: i64| (bytes as f64 * 8.0 / (SEGMENT * segments).seconds()) as u64;
            let taken = bits(segment.parts.iter().map(|part| part.len()).sum(), 1);
            let opus = window.output.codec == Codec::Opus;
            let form = if opus { Multivariant::Opus } else { Multivariant::Live };
            let announced = form.bandwidth(window.output, latency);
            // A made-up packet has whole bytes: up to one less than its share.
            assert!(
                taken <= announced.average && announced.average - taken < 400,
                "{taken} of {announced:?}"
            );
            if !opus {
                let radio = Multivariant::Radio.bandwidth(window.output, latency);
                let number = window.open_msn.0 / mpegts::RUN - 1;
                let run = playlist::radio_segment(window, number).expect("a whole run is there");
                let taken = bits(run.concat().len(), 3);
                assert!(taken <= radio.peak && taken * 10 < radio.average * 11, "{taken} of {radio:?}");
                assert!(radio.average * 10 < taken * 11, "{taken} of {radio:?}");
            }
        }
    }
}

#[test]
fn a_plan_that_changes_before_the_edge_is_not_told() {
    let mut packager = Packager::new(
        StationId::new("harbour").expect("a plain word"),
        Latency::Low,
        &[rendition(output(Codec::Aac, 128))],
        Cell(6),
    )
    .expect("AAC is packaged");
    assert_eq!(rendition(output(Codec::Aac, 128)).config, AAC_CONFIG);
    let change =
        |at: i64, title: &str| TitleChange { at: Cell(at).start(), title: title.into(), art: "".into() };
    packager.title(change(0, "a"));
    packager.title(change(8, "skipped"));
    packager.title(change(7, "live"));
    packager.push(0, &packets(output(Codec::Aac, 128), Sizes::Constant, Cell(6).start(), Cell(10).start()));
    let told: Vec<_> = std::iter::from_fn(|| packager.close())
        .map(|snapshot| snapshot.streams[0].chunks.back().map(|chunk| chunk.title.to_string()))
        .collect();
    assert_eq!(told, ["a", "live", "live", "live"].map(|title| Some(title.to_owned())));
}
