//! Decoded files against the signal that they were made from.

use super::fixtures::{self, Format, LOSSLESS, LOSSY, Shape};
use longwave::codec::decode::{DecodeError, Decoder, Source};
use longwave::units::{Frame, Frames};
use std::fs::File;
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

fn shapes(format: &Format) -> Vec<Shape> {
    let mut shapes = Vec::new();
    for rate in [44_100, 48_000, 22_050, 96_000] {
        for channels in [1, 2, 6] {
            let mp3 = format.name.starts_with("mp3");
            // Symphonia has no AAC of more than two channels: such files are refused.
            let aac = format.name.starts_with("aac");
            if mp3 && (rate == 96_000 || channels == 6) || aac && channels == 6 {
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
            let (lag, fit) = fixtures::lag(&found, &expected, 2_400);
            // Nothing in ADTS tells the encoder's delay,.
            let delay = match format.name {
                "aac-adts" => 1_024,
                _ => 0,
            };
            let surplus = found.len() as i64 - expected.len() as i64;
            let allowed = match format.name {
                "aac-adts" => 1_024..=2_048,
                _ if opus && shape.rate != 48_000 => -48..=48,
                _ => 0..=0,
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
