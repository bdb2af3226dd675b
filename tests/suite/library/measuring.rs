//! Loudness, peaks and cues of real files, against ffmpeg's measurement.

use super::fixtures::{self, FLAC, M4A, MP3, OPUS, Shape, WAV};
use longwave::library::analyse::{Rejection, analyse};
use longwave::units::Frames;
use std::path::Path;

/// Integrated loudness and the highest true peak by ffmpeg's `ebur128` filter, at 48 kHz.
fn by_ffmpeg(path: &Path) -> (f64, f64) {
    let filter = "aresample=48000,ebur128=metadata=1:peak=true,ametadata=print:file=-";
    let arguments =
        ["-v", "error", "-i", path.to_str().unwrap(), "-ac", "2", "-af", filter, "-f", "null", "-"];
    let text = String::from_utf8(fixtures::run("ffmpeg", &arguments, &[])).unwrap();
    let values = |key: &str| -> Vec<f64> {
        let lines = text.lines().filter_map(|line| line.strip_prefix(key));
        lines.filter_map(|value| value.trim_start_matches(|c| c != '=').get(1..)?.parse().ok()).collect()
    };
    let peak = values("lavfi.r128.true_peaks_ch").into_iter().fold(0.0, f64::max);
    (*values("lavfi.r128.I").last().unwrap(), 20.0 * peak.log10())
}

#[test]
fn loudness_and_true_peak_are_those_that_ffmpeg_measures() {
    for (rate, channels) in [(48_000, 2), (44_100, 2), (44_100, 1), (96_000, 2)] {
        let shape = Shape { rate, channels, frames: rate as usize * 12 };
        for format in [WAV, FLAC, MP3, M4A, OPUS] {
            if format.name == "mp3" && rate == 96_000 {
                continue;
            }
            let path = fixtures::file(&format, shape);
            let (facts, _) = analyse(&path).unwrap();
            let (loudness, peak) = by_ffmpeg(&path);
            // ffmpeg measures mono as one channel; on the air it sounds from both.
            let loudness = if channels == 1 { loudness + 3.01 } else { loudness };
            let found = facts.loudness.unwrap().0;
            assert!(
                (found - loudness).abs() <= 0.1,
                "{} {shape:?}: {found:.2}, not {loudness:.2} LUFS",
                format.name
            );
            let found = facts.true_peak.0;
            assert!((found - peak).abs() <= 0.3, "{} {shape:?}: {found:.2}, not {peak:.2} dBTP", format.name);
        }
    }
}

#[test]
fn an_item_is_measured_where_it_sounds() {
    let root = fixtures::fresh("measuring");
    let shape = Shape { rate: 44_100, channels: 2, frames: 44_100 * 3 };
    let mut samples = vec![0.0; 44_100];
    samples.extend(fixtures::signal(shape));
    samples.extend(vec![0.0; 88_200]);
    let path = root.join("item.flac");
    fixtures::encode(&FLAC, shape, &samples, &path, &[]);
    let (facts, cover) = analyse(&path).unwrap();
    assert_eq!(facts.duration, Frames::from_millis(4_500));
    let near = |found: Frames, ms: i64| (found - Frames::from_millis(ms)).0.abs() < 480;
    assert!(near(facts.cue_in, 500) && near(facts.cue_out, 3_500), "{facts:?}");
    assert!(cover.is_none() && facts.art.is_none());

    // A short item has no loudness, a very short one is none.
    for (frames, expected) in [(15_000, true), (2_300, true), (2_000, false)] {
        let shape = Shape { frames, ..shape };
        let path = root.join(format!("{frames}.wav"));
        fixtures::encode(&WAV, shape, &fixtures::signal(shape), &path, &[]);
        match analyse(&path) {
            Ok((facts, _)) => assert!(expected && facts.loudness.is_none(), "{frames}"),
            Err(Rejection::Short(_)) => assert!(!expected, "{frames}"),
            Err(why) => panic!("{frames}: {why}"),
        }
    }
}

#[test]
fn covers_are_found_in_the_file_and_beside_it() {
    let root = fixtures::fresh("covers");
    let shape = Shape { rate: 44_100, channels: 2, frames: 44_100 };
    let picture = |colour: &str, name: &str| {
        let path = root.join(name);
        let source = format!("color=c={colour}:s=16x16");
        let arguments =
            ["-v", "error", "-f", "lavfi", "-i", &source, "-frames:v", "1", path.to_str().unwrap()];
        fixtures::run("ffmpeg", &arguments, &[]);
        path
    };
    let red = picture("red", "red.png");
    let embed = [
        "-i",
        red.to_str().unwrap(),
        "-map",
        "0:a",
        "-map",
        "1:v",
        "-c:v",
        "copy",
        "-disposition:v",
        "attached_pic",
    ];
    let mut hashes = Vec::new();
    for (format, name) in [(FLAC, "a.flac"), (MP3, "a.mp3"), (M4A, "a.m4a")] {
        let path = root.join(name);
        fixtures::encode(&format, shape, &fixtures::signal(shape), &path, &embed);
        let (facts, cover) = analyse(&path).unwrap();
        let cover = cover.unwrap_or_else(|| panic!("{name} has no cover"));
        assert_eq!((cover.mime, &cover.bytes), ("image/png", &std::fs::read(&red).unwrap()), "{name}");
        hashes.push(facts.art.unwrap());
    }
    hashes.dedup();
    assert_eq!(hashes.len(), 1, "one picture, one name");
    let beside = root.join("b.wav");
    fixtures::encode(&WAV, shape, &fixtures::signal(shape), &beside, &[]);
    assert_eq!(analyse(&beside).unwrap().1, None);
    let blue = picture("blue", "cover.jpg");
    let (facts, cover) = analyse(&beside).unwrap();
    assert_eq!(cover.unwrap().bytes, std::fs::read(blue).unwrap());
    assert!(facts.art.is_some_and(|art| art != hashes[0]));
}
