//! Decoded files against the signal that they were made from.

use super::fixtures::{self, Format, LOSSLESS, LOSSY, Shape};
use longwave::codec::decode::{DecodeError, Decoder, Source};
use longwave::units::{Frame, Frames, Seed};
use std::fs::File;
use std::io::Cursor;
use std::path::Path;

fn extension(path: &Path) -> &str {
    path.extension().and_then(|extension| extension.to_str()).unwrap_or_default()
}

fn open(path: &Path) -> Result<Decoder, DecodeError> {
    Decoder::open(Box::new(File::open(path).unwrap()), extension(path))
}

fn decode(path: &Path) -> (u32, Vec<Frame>) {
    let mut decoder = open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut out = Vec::new();
    while decoder.next(&mut out) > 0 {}
    (decoder.rate(), out)
}

/// Frames at 48 kHz from a place on.
fn source(path: &Path, from: i64, most: usize) -> Vec<Frame> {
    let mut source =
        Source::open(Box::new(File::open(path).unwrap()), extension(path), Frames(from)).unwrap();
    let mut out = vec![[0.0; 2]; most];
    let count = source.read(&mut out);
    out.truncate(count);
    out
}

/// Symphonia has no AAC of more than two channels, and its Vorbis of more is wrong: such files are refused.
fn refuses_surround(format: &Format) -> bool {
    format.name.starts_with("aac") || format.name.starts_with("vorbis")
}

fn shapes(format: &Format) -> Vec<Shape> {
    let mut shapes = Vec::new();
    for rate in [44_100, 48_000, 22_050, 96_000] {
        for channels in [1, 2, 6] {
            let mp3 = format.name.starts_with("mp3");
            if mp3 && (rate == 96_000 || channels == 6) || channels == 6 && refuses_surround(format) {
                continue;
            }
            shapes.push(Shape { rate, channels, frames: rate as usize * 2 + 1_234 });
        }
    }
    shapes
}

#[test]
fn lossless_files_come_out_frame_for_frame() {
    let mut faults = Vec::new();
    for format in LOSSLESS {
        for shape in shapes(&format) {
            let (rate, found) = decode(&fixtures::file(&format, shape));
            let expected = fixtures::stereo(shape);
            let furthest = found
                .iter()
                .zip(&expected)
                .map(|(a, b)| (a[0] - b[0]).abs().max((a[1] - b[1]).abs()))
                .fold(0.0f32, f32::max);
            if rate != shape.rate || found.len() != expected.len() || furthest > 2.0 / 32_768.0 {
                let (lag, fit) = fixtures::lag(&found, &expected, 40);
                faults.push(format!(
                    "{} {shape:?}: rate {rate}, {} frames, off by {furthest}, lag {lag} fit {fit:.4}",
                    format.name,
                    found.len()
                ));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn lossy_files_keep_their_time() {
    let mut faults = Vec::new();
    for format in LOSSY {
        for shape in shapes(&format) {
            let path = fixtures::file(&format, shape);
            let (rate, found) = decode(&path);
            let opus = format.name.starts_with("opus");
            let (found, expected) = if opus {
                // ffmpeg resamples before it encodes Opus: compare at 48 kHz.
                let mut resampler = longwave::audio::resample::Resampler::new(shape.rate, Frames(0)).unwrap();
                let mut expected = Vec::new();
                resampler.push(&fixtures::stereo(shape), &mut expected);
                resampler.finish(&mut expected);
                (found, expected)
            } else {
                (found, fixtures::stereo(shape))
            };
            let expected_rate = if opus { 48_000 } else { shape.rate };
            // Lossy coders bend the phase between surround channels: there the reference is ffmpeg's own decoder.
            let expected = match shape.channels {
                6 => fixtures::decoded_by_ffmpeg(&fixtures::file(&fixtures::OPUS, shape)),
                _ => expected,
            };
            let (lag, fit) = fixtures::lag(&found, &expected, 1_200);
            let surplus = found.len() as i64 - expected.len() as i64;
            // Nothing in ADTS tells the encoder's delay, and ffmpeg doesn't tell it in Matroska.
            let (delay, allowed) = match format.name {
                "aac-adts" | "aac-mkv" => (1_024, 1_024..=2_048),
                // Nothing tells how much of the last block counts.
                "vorbis-mkv" => (0, 0..=4_096),
                _ if opus && shape.rate != 48_000 => (0, -48..=48),
                _ => (0, 0..=0),
            };
            if rate != expected_rate || lag != delay || fit < 0.98 || !allowed.contains(&surplus) {
                faults.push(format!(
                    "{} {shape:?}: rate {rate}, {surplus} frames too many, lag {lag}, fit {fit:.4}",
                    format.name
                ));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// 40 s, so that a join lies well behind every pre-roll.
const LONG: Shape = Shape { rate: 44_100, channels: 2, frames: 44_100 * 40 };

#[test]
fn surround_that_would_come_out_wrong_is_refused() {
    let shape = Shape { rate: 48_000, channels: 6, frames: 48_000 };
    for format in LOSSY.iter().filter(|format| refuses_surround(format)) {
        let refused = open(&fixtures::file(format, shape)).err();
        assert!(matches!(refused, Some(DecodeError::Unsupported(_))), "{}: {refused:?}", format.name);
    }
}

#[test]
fn joining_in_the_middle_gives_what_the_beginning_gives() {
    let mut faults = Vec::new();
    for format in LOSSLESS.into_iter().chain(LOSSY) {
        let path = fixtures::file(&format, LONG);
        let whole = source(&path, 0, 48_000 * 60);
        for from in [1, 1_105, 20_000, 500_003, 1_234_567, 48_000 * 38] {
            let expected = &whole[from..];
            let joined = source(&path, from as i64, 48_000 * 60);
            let furthest = joined
                .iter()
                .zip(expected)
                .map(|(a, b)| (a[0] - b[0]).abs().max((a[1] - b[1]).abs()))
                .fold(0.0f32, f32::max);
            // Noise substitution in AAC is the decoder's own; Opus forgets to rounding.
            let allowed = match format.name {
                name if name.starts_with("aac") => 0.06,
                name if name.starts_with("opus") => 1e-4,
                _ => 0.0,
            };
            if joined.len() != expected.len() || furthest > allowed {
                let surplus = joined.len() as i64 - expected.len() as i64;
                faults.push(format!(
                    "{} from {from}: {surplus} frames too many, off by {furthest}",
                    format.name
                ));
            }
        }
        assert!(source(&path, 48_000 * 60, 10).is_empty(), "{} beyond its end", format.name);
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn low_complexity_aac_at_the_rates_of_high_efficiency_is_taken() {
    let made = |name: &str, arguments: &[&str]| {
        let path = fixtures::folder(fixtures::MADE).join(name);
        let wav = fixtures::file(&fixtures::WAV, Shape { rate: 44_100, channels: 2, frames: 200_000 });
        let mut all = vec!["-v", "error", "-y", "-i", wav.to_str().unwrap()];
        all.extend(arguments);
        all.push(path.to_str().unwrap());
        fixtures::run("ffmpeg", &all, &[]);
        path
    };
    // Low complexity at the rates that a core of high efficiency has.
    for rate in ["16000", "22050", "24000"] {
        for name in ["lc.aac", "lc.m4a"] {
            let path = made(&format!("{rate}-{name}"), &["-c:a", "aac", "-ar", rate, "-b:a", "48k"]);
            assert!(open(&path).is_ok(), "{}: {:?}", path.display(), open(&path).err());
        }
    }
}

#[test]
fn damage_is_silence_or_an_end_never_a_panic_a_hang_or_a_blast() {
    let shape = Shape { rate: 44_100, channels: 2, frames: 30_000 };
    let mut seed = Seed(20_261_122);
    let mut random = move |below: u64| {
        seed = seed.with(1);
        seed.below(below)
    };
    let formats: Vec<Format> = LOSSLESS.into_iter().chain(LOSSY).collect();
    for round in 0..500 {
        let format = &formats[round % formats.len()];
        let mut bytes = std::fs::read(fixtures::file(format, shape)).unwrap();
        for _ in 0..1 + random(8) {
            bytes.resize(bytes.len().max(400), 0);
            let at = random(bytes.len() as u64) as usize;
            match random(5) {
                0 => bytes[at] ^= 1 << random(8),
                1 => bytes[at] = random(256) as u8,
                2 => {
                    let end = (at + random(64) as usize).min(bytes.len());
                    bytes[at..end].fill(if random(2) == 0 { 0xff } else { 0 });
                }
                3 => drop(bytes.drain(at..(at + random(300) as usize).min(bytes.len()))),
                _ => bytes.truncate(at.max(1)),
            }
        }
        // The head of the file decides the most.
        let head = random(bytes.len().min(400) as u64) as usize;
        bytes[head] = random(256) as u8;
        let before = std::time::Instant::now();
        if let Ok(mut source) =
            Source::open(Box::new(Cursor::new(bytes)), format.extension, Frames(random(20_000) as i64))
        {
            let mut frames = 0;
            loop {
                let block = source.block();
                let sane = |sample: &f32| {
                    sample.is_finite() && sample.abs() <= longwave::codec::decode::AMPLITUDE_MAX
                };
                assert!(block.as_flattened().iter().all(sane), "{} round {round}", format.name);
                let count = block.len();
                frames += count;
                if count == 0 || frames > 48_000 * 600 {
                    break;
                }
                source.advance(count);
            }
            assert!(frames <= 48_000 * 600, "{} round {round}: it does not end", format.name);
        }
        let took = before.elapsed();
        assert!(took.as_secs() < 20, "{} round {round} took {took:?}", format.name);
    }
}
