//! Encoders and file sinks, judged by decoders that are not ours: libopus and ffmpeg.
//!
//! Needs `ffmpeg` on the path.

#[path = "../../benches/band/mod.rs"]
mod band;

use longwave::codec::quantize::{to_i16, to_i24};
use longwave::codec::{FileFormat, Packet, Packets, Sink, adts, encoder, peak_bitrate};
use longwave::station::{Codec, Output};
use longwave::units::{Bitrate, Frame, Frames, Msn, Position, SEGMENT, Seed};
use std::io::{Cursor, Read, Seek, Write};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

const OUTPUTS: [Output; 7] = [
    output(Codec::Opus, 32),
    output(Codec::Opus, 96),
    output(Codec::Opus, 256),
    output(Codec::Aac, 128),
    output(Codec::Aac, 256),
    output(Codec::Mp3, 128),
    output(Codec::Mp3, 320),
];
const FLAC: Output = Output { codec: Codec::Flac, bitrate: None };
/// Those of the table that this build can encode.
fn outputs() -> impl Iterator<Item = Output> {
    OUTPUTS.into_iter().filter(|output| match output.codec {
        Codec::Aac => cfg!(feature = "aac"),
        Codec::Mp3 => cfg!(feature = "mp3"),
        Codec::Opus | Codec::Flac => true,
    })
}

/// The forms of files that this build can write.
fn formats() -> impl Iterator<Item = FileFormat> {
    FileFormat::ALL.into_iter().filter(|format| match format {
        FileFormat::Aac => cfg!(feature = "aac"),
        FileFormat::Mp3 => cfg!(feature = "mp3"),
        FileFormat::Wav | FileFormat::Flac | FileFormat::Opus => true,
    })
}

/// A segment's start, in 2026.
const FIRST: Position = Msn(932_000_000).start();

const fn output(codec: Codec, kilobits: u32) -> Output {
    Output { codec, bitrate: Some(Bitrate::kilobits(kilobits)) }
}

fn band(seconds: usize) -> Vec<Frame> {
    band::play(seconds, Seed::of_text("codec"))
}

/// White noise at a third of full scale: what no model predicts.
fn hiss(seconds: usize, mut seed: Seed) -> Vec<Frame> {
    let mut sample = || {
        seed = seed.with(1);
        (seed.unit() * 2.0 - 1.0) as f32 / 3.0
    };
    (0..seconds * 48_000).map(|_| [sample(), sample()]).collect()
}

/// Something like a voice, which Opus encodes by other means at low rates: a buzz in syllables, in the middle.
fn voice(seconds: usize) -> Vec<Frame> {
    let mut phase = 0.0f32;
    let mut throat = [0.0f32; 2];
    (0..seconds * 48_000)
        .map(|n| {
            let time = n as f32 / 48_000.0;
            phase = (phase + (110.0 + 25.0 * (time * 3.1).sin()) / 48_000.0).fract();
            let open = (time * 4.3 * std::f32::consts::TAU).sin().max(0.0) * f32::from((n / 70_000) % 3 != 2);
            let formant = 0.08 + 0.03 * (time * 9.7).sin();
            throat[0] += formant * (throat[1] + (phase - 0.5) * open - throat[0] * 0.4);
            throat[1] -= formant * throat[0];
            [throat[0] * 0.5; 2]
        })
        .collect()
}

/// The packets of a whole programme, fed in blocks of these sizes in turn.
fn packets(output: &Output, pcm: &[Frame], sizes: &[usize]) -> Packets {
    let mut encoder = encoder(output, FIRST).expect("an encoder of the table");
    let (mut out, mut rest) = (Packets::new(), pcm);
    for &size in sizes.iter().cycle() {
        if rest.is_empty() {
            break;
        }
        let (block, later) = rest.split_at(size.min(rest.len()));
        encoder.encode(block, &mut out).expect("what the encoder takes");
        rest = later;
    }
    out
}

/// What ffmpeg makes of bytes on its standard input.
fn ffmpeg(form: &str, bytes: Vec<u8>) -> Vec<Frame> {
    let mut child = Command::new("ffmpeg")
        .args([
            "-v", "error", "-f", form, "-i", "pipe:0", "-f", "f32le", "-ac", "2", "-ar", "48000", "pipe:1",
        ])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("these tests need ffmpeg");
    let mut stdin = child.stdin.take().expect("it is piped");
    let feeder = std::thread::spawn(move || stdin.write_all(&bytes));
    let mut out = Vec::new();
    child.stdout.take().expect("it is piped").read_to_end(&mut out).unwrap();
    feeder.join().unwrap().unwrap();
    assert!(child.wait().unwrap().success());
    frames(&out)
}

/// What ffmpeg makes of a file, with all that its container says about delay and length.
fn ffmpeg_file(path: &std::path::Path) -> Vec<Frame> {
    let done = Command::new("ffmpeg")
        .args(["-v", "error", "-i"])
        .arg(path)
        .args(["-f", "f32le", "-ac", "2", "-ar", "48000", "pipe:1"])
        .output()
        .expect("these tests need ffmpeg");
    assert!(done.status.success() && done.stderr.is_empty(), "{}", String::from_utf8_lossy(&done.stderr));
    frames(&done.stdout)
}

fn frames(bytes: &[u8]) -> Vec<Frame> {
    let sample = |bytes: &[u8]| f32::from_le_bytes(bytes.try_into().unwrap());
    bytes.chunks_exact(8).map(|frame| [sample(&frame[..4]), sample(&frame[4..])]).collect()
}

/// What a decoder that was started at the first of these packets plays.
fn decoded(output: &Output, packets: &[Packet]) -> Vec<Frame> {
    let joined = |before: &dyn Fn(&Packet) -> Vec<u8>| {
        packets.iter().flat_map(|packet| [before(packet), packet.bytes.clone()].concat()).collect()
    };
    match output.codec {
        Codec::Opus => {
            let mut decoder = opus::Decoder::new(48_000, opus::Channels::Stereo).unwrap();
            let mut out = Vec::new();
            for packet in packets {
                let mut pcm = vec![[0.0; 2]; packet.frames.count()];
                let got = decoder.decode_float(&packet.bytes, pcm.as_flattened_mut(), false).unwrap();
                assert_eq!(got, packet.frames.count());
                out.extend(pcm);
            }
            out
        }
        Codec::Aac => ffmpeg("aac", joined(&|packet| adts::header(packet.bytes.len()).to_vec())),
        Codec::Mp3 => ffmpeg("mp3", joined(&|_| Vec::new())),
        Codec::Flac => {
            let head = [b"fLaC\x80\0\0\x22", encoder(output, FIRST).unwrap().config()].concat();
            ffmpeg("flac", [head, joined(&|_| Vec::new())].concat())
        }
    }
}

/// How many frames `heard` lags behind `played` around a place, and how alike they are there, at most 1.
fn lag(played: &[Frame], heard: &[Frame], at: usize) -> (i64, f64) {
    const WINDOW: usize = 12_000;
    const REACH: i64 = 2500;
    let here = &played[at..at + WINDOW];
    let likeness = |lag: i64| {
        let there = &heard[(at as i64 + lag) as usize..];
        let [mut xy, mut xx, mut yy] = [0.0; 3];
        for (a, b) in here.as_flattened().iter().zip(there.as_flattened()) {
            let (a, b) = (f64::from(*a), f64::from(*b));
            (xy, xx, yy) = (xy + a * b, xx + a * a, yy + b * b);
        }
        xy / (xx * yy).sqrt().max(1e-9)
    };
    (-REACH..=REACH).map(|lag| (lag, likeness(lag))).max_by(|a, b| a.1.total_cmp(&b.1)).unwrap()
}

/// At the lowest rates so little of the waveform is left that the best match may be a frame away.
fn slack(output: &Output) -> i64 {
    i64::from(output.bitrate < Some(Bitrate::kilobits(64)))
}

#[test]
fn a_running_decoder_plays_each_packet_at_its_position() {
    let pcm = band(6);
    for output in outputs() {
        let packets = packets(&output, &pcm, &[7, 960, 1, 4801]);
        assert_eq!(packets[0].at, FIRST);
        let heard = decoded(&output, &packets);
        assert_eq!(heard.len(), packets.len() * packets[0].frames.count(), "{}", output.rendition());
        for at in [3000, 50_000, 200_000] {
            let (lag, likeness) = lag(&pcm, &heard, at);
            assert!(lag.abs() <= slack(&output), "{} at {at}: {lag}", output.rendition());
            assert!(likeness > 0.9, "{} at {at}: {likeness}", output.rendition());
        }
    }
}

#[test]
fn a_decoder_that_joins_in_the_middle_plays_at_the_same_positions() {
    let pcm = band(6);
    for output in outputs() {
        let packets = packets(&output, &pcm, &[960]);
        let joined = packets.iter().position(|packet| packet.at >= FIRST + SEGMENT).unwrap();
        assert_eq!(packets[joined].at, FIRST + SEGMENT, "a segment begins with a packet");
        let heard = decoded(&output, &packets[joined..]);
        // A decoder may leave out MP3 frames whose data lies in frames that it never saw.
        let missing = (packets.len() - joined) * packets[0].frames.count() - heard.len();
        assert!(missing == 0 || output.codec == Codec::Mp3 && missing <= 3 * 1152, "{missing}");
        let (lag, likeness) = lag(&pcm[SEGMENT.count() + missing..], &heard, 24_000);
        assert!(lag.abs() <= slack(&output), "{}: {lag}", output.rendition());
        assert!(likeness > 0.9, "{}: {likeness}", output.rendition());
    }
}

#[test]
fn flac_is_the_programme_at_16_bits() {
    let pcm = band(3);
    let heard = decoded(&FLAC, &packets(&FLAC, &pcm, &[1000, 3]));
    assert_eq!(heard.len(), pcm.len() - pcm.len() % 3840);
    let rounded = |frame: &Frame| frame.map(|sample| f32::from(to_i16(sample)) / 32_768.0);
    assert!(heard.iter().zip(&pcm).all(|(heard, played)| *heard == rounded(played)));
}

#[test]
fn packets_are_the_same_whatever_the_size_of_blocks() {
    let pcm = band(3);
    for output in outputs().chain([FLAC]) {
        let whole = packets(&output, &pcm, &[pcm.len()]);
        assert!(whole.len() > 30);
        for sizes in [&[1][..], &[960], &[15_360], &[1, 1151, 2, 1024, 77]] {
            assert!(packets(&output, &pcm, sizes) == whole, "{} in blocks of {sizes:?}", output.rendition());
        }
    }
}

#[test]
fn packets_follow_each_other_and_come_out_within_the_look_ahead() {
    let pcm = [band(4), hiss(2, Seed(1)), vec![[0.0; 2]; 96_000]].concat();
    let further = [64, 96, 192, 256].map(|kilobits| output(Codec::Mp3, kilobits));
    for output in outputs().chain(further.into_iter().filter(|_| cfg!(feature = "mp3"))).chain([FLAC]) {
        let mut encoder = encoder(&output, FIRST).unwrap();
        let (mut out, mut fed, mut reached, mut worst) = (Packets::new(), FIRST, FIRST, Frames::ZERO);
        for block in pcm.chunks(100) {
            encoder.encode(block, &mut out).unwrap();
            fed += Frames(block.len() as i64);
            for packet in out.drain(..) {
                assert_eq!(packet.at, reached, "{}", output.rendition());
                assert_eq!(packet.frames, encoder.packet_frames());
                reached += packet.frames;
            }
            worst = worst.max(fed - (reached + encoder.packet_frames()));
        }
        // What was not put out yet is the next packet, of which at most the look-ahead is fed.
        assert!(worst < encoder.look_ahead() + Frames(100), "{}: {worst:?}", output.rendition());
        assert!(worst > encoder.look_ahead() - Frames(1152), "{}: {worst:?}", output.rendition());
    }
}

#[test]
fn rates_are_held_on_music_noise_silence_and_their_changes() {
    let voice = voice(12);
    let (music, noise) = (band(12), hiss(12, Seed(2)));
    let silence = vec![[0.0; 2]; 12 * 48_000];
    let changes: Vec<Frame> = (0..10)
        .flat_map(|n| {
            let from: &[Frame] = [&silence, &noise, &music, &noise][n % 4];
            from[n * 50_000..][..70_000 + n * 1000].iter().copied()
        })
        .collect();
    for output in outputs() {
        let Some(Bitrate(rate)) = output.bitrate else { continue };
        for (name, pcm) in [
            ("music", &music),
            ("noise", &noise),
            ("voice", &voice),
            ("silence", &silence),
            ("changes", &changes),
        ] {
            let packets = packets(&output, pcm, &[15_360]);
            let bits = |packets: &[Packet]| {
                packets.iter().map(|packet| 8 * packet.bytes.len()).sum::<usize>() as f64
            };
            let seconds = packets.len() as f64 * packets[0].frames.seconds();
            let average = bits(&packets) / seconds;
            let window = SEGMENT.count() / packets[0].frames.count();
            let peak = packets.windows(window).map(|packets| bits(packets) / 1.92).fold(0.0, f64::max);
            // Opus spends less on what needs less.
            let at_least = if output.codec == Codec::Opus && name != "music" { 0.0 } else { 0.97 };
            let held = average / f64::from(rate);
            assert!((at_least..1.03).contains(&held), "{} {name}: {average}", output.rendition());
            let Bitrate(bound) = peak_bitrate(&output);
            assert!(peak <= f64::from(bound), "{} {name}: {peak} over {bound}", output.rendition());
        }
    }
}

#[test]
fn what_is_not_a_number_or_too_loud_is_encoded_as_something_finite() {
    let mut pcm = band(2);
    for (n, frame) in pcm.iter_mut().enumerate() {
        match n % 500 {
            0 => *frame = [f32::NAN, f32::INFINITY],
            1 => *frame = [f32::MAX, f32::MIN],
            _ => {}
        }
    }
    for output in outputs().chain([FLAC]) {
        let heard = decoded(&output, &packets(&output, &pcm, &[480]));
        assert!(heard.as_flattened().iter().all(|sample| sample.abs() < 4.0), "{}", output.rendition());
    }
}

#[test]
fn what_can_not_be_encoded_is_refused_in_words() {
    let mp3 = if cfg!(feature = "mp3") { "100k" } else { "cargo feature `mp3`" };
    let mut table = vec![(output(Codec::Mp3, 100), mp3), (output(Codec::Opus, 0), "bit rate")];
    if !cfg!(feature = "aac") {
        table.push((output(Codec::Aac, 128), "cargo feature `aac`"));
    }
    for (output, word) in table {
        let refused = encoder(&output, FIRST).err().expect("no such encoder").to_string();
        assert!(refused.contains(word), "{refused}");
    }
}

/// A file in memory that outlives its sink.
#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Cursor<Vec<u8>>>>);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Seek for Shared {
    fn seek(&mut self, to: std::io::SeekFrom) -> std::io::Result<u64> {
        self.0.lock().unwrap().seek(to)
    }
}

/// The bytes of a file that was written in blocks of these sizes in turn.
fn file(format: FileFormat, pcm: &[Frame], sizes: &[usize]) -> Vec<u8> {
    let target = Shared::default();
    let mut sink = Sink::create(format, Box::new(target.clone()), None, Some("Übung")).unwrap();
    let mut rest = pcm;
    for &size in sizes.iter().cycle() {
        if rest.is_empty() {
            break;
        }
        let (block, later) = rest.split_at(size.min(rest.len()));
        sink.write(block).unwrap();
        rest = later;
    }
    sink.finish().unwrap();
    target.0.lock().unwrap().get_ref().clone()
}

#[test]
fn a_file_decodes_to_the_frames_that_it_was_made_of() {
    let music = band(4);
    let folder = std::env::temp_dir().join(format!("longwave-codec-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    for format in formats() {
        for length in [1, 959, 48_000, 150_001] {
            let pcm = &music[..length];
            let bytes = file(format, pcm, &[4096, 1, 333]);
            assert!(bytes == file(format, pcm, &[length.max(1)]), "{format:?} depends on the size of blocks");
            let path = folder.join("file").with_extension(format.extension());
            assert_eq!(FileFormat::of_path(&path), Some(format));
            std::fs::write(&path, &bytes).unwrap();
            let heard = match format {
                // ffmpeg recognizes ADTS by more frames than the shortest of these files have.
                FileFormat::Aac => ffmpeg("aac", bytes),
                _ => ffmpeg_file(&path),
            };
            // ADTS has no place to say how much of its units is delay or padding.
            let (before, after) = if format == FileFormat::Aac { (1600, 1024) } else { (0, 1) };
            assert!(
                (length + before..length + before + after).contains(&heard.len()),
                "{format:?}: {} for {length}",
                heard.len()
            );
            let same = |step: fn(f32) -> f32| {
                heard
                    .as_flattened()
                    .iter()
                    .zip(pcm.as_flattened())
                    .all(|(heard, &played)| *heard == step(played))
            };
            match format {
                FileFormat::Wav | FileFormat::Flac => {
                    assert!(same(|sample| to_i24(sample) as f32 / 8_388_608.0), "{format:?} of {length}");
                }
                _ if length > 100_000 => {
                    for at in [3000, 60_000] {
                        let (lag, likeness) = lag(pcm, &heard, at);
                        assert_eq!(lag, before as i64, "{format:?} at {at}");
                        assert!(likeness > 0.95, "{format:?} at {at}: {likeness}");
                    }
                }
                _ => {}
            }
        }
    }
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn a_file_tells_its_title() {
    let folder = std::env::temp_dir().join(format!("longwave-title-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    for format in [FileFormat::Flac, FileFormat::Opus] {
        let path = folder.join("file").with_extension(format.extension());
        std::fs::write(&path, file(format, &band(1), &[48_000])).unwrap();
        let told = Command::new("ffprobe")
            .args(["-v", "error", "-show_entries", "format_tags:stream_tags"])
            .arg(&path)
            .output()
            .expect("these tests need ffprobe");
        let told = String::from_utf8(told.stdout).unwrap();
        assert!(told.to_lowercase().contains("tag:title=übung"), "{format:?}: {told}");
    }
    std::fs::remove_dir_all(&folder).unwrap();
}
