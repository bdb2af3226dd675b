//! Audio files made once for each run of the tests, by the programs that everyone makes them with.

use longwave::station::{Category, Station};
use longwave::units::{Frame, Seed, StationId};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;

/// What a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Shape {
    pub rate: u32,
    pub channels: usize,
    pub frames: usize,
}

/// How a file is made.
#[derive(Clone, Copy, Debug)]
pub struct Format {
    pub name: &'static str,
    pub extension: &'static str,
    pub arguments: &'static [&'static str],
}

pub const WAV: Format = Format { name: "wav", extension: "wav", arguments: &["-c:a", "pcm_s16le"] };
pub const FLAC: Format = Format { name: "flac", extension: "flac", arguments: &["-c:a", "flac"] };
pub const MP3: Format =
    Format { name: "mp3", extension: "mp3", arguments: &["-c:a", "libmp3lame", "-b:a", "192k"] };
pub const M4A: Format =
    Format { name: "aac-m4a", extension: "m4a", arguments: &["-c:a", "aac", "-b:a", "160k"] };
pub const OPUS: Format =
    Format { name: "opus-ogg", extension: "opus", arguments: &["-c:a", "libopus", "-b:a", "128k"] };
pub const VORBIS: Format = Format { name: "vorbis-ogg", extension: "ogg", arguments: &["-c:a", "libvorbis"] };

/// Containers and codecs that keep every sample.
pub const LOSSLESS: [Format; 11] = [
    WAV,
    Format { name: "wav24", extension: "wav", arguments: &["-c:a", "pcm_s24le"] },
    Format { name: "wavf32", extension: "wav", arguments: &["-c:a", "pcm_f32le"] },
    Format { name: "aiff", extension: "aiff", arguments: &["-c:a", "pcm_s16be"] },
    Format { name: "caf", extension: "caf", arguments: &["-c:a", "pcm_s16le"] },
    Format { name: "alac-caf", extension: "caf", arguments: &["-c:a", "alac"] },
    Format { name: "alac-m4a", extension: "m4a", arguments: &["-c:a", "alac"] },
    FLAC,
    Format { name: "flac-ogg", extension: "oga", arguments: &["-c:a", "flac"] },
    Format { name: "flac-mkv", extension: "mka", arguments: &["-c:a", "flac"] },
    Format { name: "flac-mp4", extension: "mp4", arguments: &["-c:a", "flac", "-strict", "-2"] },
];

/// Containers and codecs that lose some of the sound but none of the time.
pub const LOSSY: [Format; 12] = [
    MP3,
    Format { name: "mp3-v2", extension: "mp3", arguments: &["-c:a", "libmp3lame", "-q:a", "2"] },
    M4A,
    Format {
        name: "aac-fmp4",
        extension: "mp4",
        arguments: &["-c:a", "aac", "-b:a", "160k", "-movflags", "+frag_keyframe+empty_moov+delay_moov"],
    },
    Format { name: "aac-mkv", extension: "mka", arguments: &["-c:a", "aac", "-b:a", "160k"] },
    Format { name: "aac-adts", extension: "aac", arguments: &["-c:a", "aac", "-b:a", "160k"] },
    VORBIS,
    Format { name: "vorbis-mkv", extension: "mka", arguments: &["-c:a", "libvorbis"] },
    OPUS,
    Format { name: "opus-webm", extension: "webm", arguments: &["-c:a", "libopus", "-b:a", "128k"] },
    Format { name: "opus-mp4", extension: "mp4", arguments: &["-c:a", "libopus", "-b:a", "128k"] },
    Format { name: "opus-mkv", extension: "mka", arguments: &["-c:a", "libopus", "-b:a", "128k"] },
];

/// Where fixtures are kept between runs. Another signal needs another name.
pub const MADE: &str = "made-3";

/// A folder for this run's files, under the build's own.
pub fn folder(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("library").join(name);
    std::fs::create_dir_all(&path).expect("the build's folder for tests is ours");
    path
}

/// An empty folder of its own for one test.
pub fn fresh(name: &str) -> PathBuf {
    let path = folder(name);
    std::fs::remove_dir_all(&path).unwrap();
    std::fs::create_dir_all(&path).unwrap();
    path
}

/// Runs a program to its end; its words are shown if it fails.
pub fn run(program: &str, arguments: &[&str], input: &[u8]) -> Vec<u8> {
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{program} is not there ({error}): tests/run brings it"));
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    let writer = std::thread::spawn(move || drop(stdin.write_all(&input)));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    assert!(output.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// The signal of all fixtures: a chord that wanders, and a little noise, different in each channel; never periodic, so
/// that it matches itself at one place only.
pub fn signal(shape: Shape) -> Vec<f32> {
    let mut samples = Vec::with_capacity(shape.frames * shape.channels);
    let mut noise = vec![0.0f64; shape.channels];
    for k in 0..shape.frames {
        let t = k as f64 / f64::from(shape.rate);
        for (channel, noise) in noise.iter_mut().enumerate() {
            let c = channel as f64;
            let wander = 220.0 * (1.0 + 0.31 * c) * t + 90.0 * (0.7 * t + c).sin();
            let raw = Seed(k as u64).with(channel as u64).unit() - 0.5;
            *noise += 0.25 * (raw - *noise);
            let value = 0.25 * (wander * 6.27).sin() + 0.12 * (wander * 17.1).sin() + 0.2 * *noise;
            // Soft edges: an abrupt one rings between the samples, and meters differ on what lies beyond it.
            let edge = k.min(shape.frames - 1 - k) as f64 / (f64::from(shape.rate) * 0.005);
            samples.push((value * edge.min(1.0) * 32_000.0).round() as f32 / 32_768.0);
        }
    }
    samples
}

/// A file of the signal, made once.
pub fn file(format: &Format, shape: Shape) -> PathBuf {
    static MAKING: Mutex<()> = Mutex::new(());
    let name =
        format!("{}-{}-{}-{}.{}", format.name, shape.rate, shape.channels, shape.frames, format.extension);
    let path = folder(MADE).join(name);
    if !path.exists() {
        let _one = MAKING.lock().unwrap_or_else(|broken| broken.into_inner());
        if !path.exists() {
            encode(format, shape, &signal(shape), &path, &[]);
        }
    }
    path
}

/// Encodes samples to a file, with more inputs and options for ffmpeg.
pub fn encode(format: &Format, shape: Shape, samples: &[f32], path: &Path, more: &[&str]) {
    let bytes: Vec<u8> = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
    let part = path.with_extension(format!("making.{}", format.extension));
    let (rate, channels) = (shape.rate.to_string(), shape.channels.to_string());
    let mut arguments = vec!["-v", "error", "-y", "-f", "f32le", "-ar", &rate, "-ac", &channels, "-i", "-"];
    arguments.extend(more);
    arguments.extend(format.arguments);
    arguments.push(part.to_str().unwrap());
    run("ffmpeg", &arguments, &bytes);
    std::fs::rename(&part, path).unwrap();
}

/// The stereo that the downmix of a fixture is expected to be, at the fixture's rate.
pub fn stereo(shape: Shape) -> Vec<Frame> {
    downmix(&signal(shape), shape.channels)
}

fn downmix(samples: &[f32], channels: usize) -> Vec<Frame> {
    let r = std::f32::consts::FRAC_1_SQRT_2;
    samples
        .chunks(channels)
        .map(|c| match *c {
            [mono] => [mono; 2],
            [left, right] => [left, right],
            [l, r0, c, _, ls, rs] => [l + r * c + r * ls, r0 + r * c + r * rs],
            _ => unreachable!("fixtures have 1, 2 or 6 channels"),
        })
        .collect()
}

/// A file of six channels as ffmpeg decodes it, downmixed as here.
pub fn decoded_by_ffmpeg(path: &Path) -> Vec<Frame> {
    let arguments = ["-v", "error", "-i", path.to_str().unwrap(), "-f", "f32le", "-"];
    let bytes = run("ffmpeg", &arguments, &[]);
    let samples: Vec<f32> = bytes.as_chunks::<4>().0.iter().map(|b| f32::from_le_bytes(*b)).collect();
    downmix(&samples, 6)
}

/// The lag at which `found` best matches `expected`, searched to `reach` frames either way, and how well: 1 is the same.
pub fn lag(found: &[Frame], expected: &[Frame], reach: isize) -> (isize, f64) {
    let (mut best, mut at) = (f64::MIN, 0);
    let length = expected.len().min(found.len());
    let window = (length / 4)..(length / 4 + 12_000).min(length * 3 / 4);
    for lag in -reach..=reach {
        let (mut xy, mut xx, mut yy) = (0.0, 1e-12, 1e-12);
        for k in window.clone().step_by(3) {
            let Some(f) = k.checked_add_signed(lag).and_then(|k| found.get(k)) else { continue };
            let (x, y) = (f64::from(f[0] + 0.5 * f[1]), f64::from(expected[k][0] + 0.5 * expected[k][1]));
            xy += x * y;
            xx += x * x;
            yy += y * y;
        }
        let match_ = xy / (xx * yy).sqrt();
        if match_ > best {
            (best, at) = (match_, lag);
        }
    }
    (at, best)
}

/// A station with these categories.
pub fn station(id: &str, categories: &[(&str, &[&PathBuf])]) -> Station {
    Station {
        website: None,
        id: StationId::new(id).unwrap(),
        name: id.to_owned(),
        tagline: None,
        language: None,
        genre: None,
        timezone: jiff::tz::TimeZone::UTC,
        art: None,
        categories: categories
            .iter()
            .map(|(name, from)| Category {
                name: (*name).into(),
                from: from.iter().map(|path| path.to_path_buf()).collect(),
                filter: Default::default(),
                pick: Default::default(),
                kind: Default::default(),
            })
            .collect(),
        sound: Default::default(),
        transition: Default::default(),
        fallback: Vec::new(),
        outputs: Vec::new(),
        latency: Default::default(),
    }
}
