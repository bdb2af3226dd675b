//! CPU seconds a station-hour of each encoder alone, all fed the same PCM: the floor under a station's cost.
//!
//! `cargo bench --bench encoders [-- FILE.f32]`: the file is stereo f32 at 48 kHz, little endian; without
//! one, a synthetic band plays. Prints the median of five rounds, in which the encoders take turns.

mod band;

use longwave::codec::{Packets, encoder};
use longwave::station::{Codec, Output};
use longwave::units::{Bitrate, CELL, Frame, Position, SAMPLE_RATE, Seed};
use std::io::Write;
use std::time::{Duration, Instant};

const ROUNDS: usize = 5;
const SECONDS: usize = 60;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let pcm = match std::env::args().skip(1).find(|argument| !argument.starts_with('-')) {
        Some(path) => read(&std::fs::read(path)?),
        None => band::play(SECONDS, Seed::of_text("encoders")),
    };
    let hours = pcm.len() as f64 / SAMPLE_RATE as f64 / 3600.0;
    let outputs =
        [(Codec::Opus, Some(96)), (Codec::Aac, Some(128)), (Codec::Mp3, Some(128)), (Codec::Flac, None)]
            .map(|(codec, rate)| Output { codec, bitrate: rate.map(Bitrate::kilobits) });
    let mut spent: [Vec<f64>; 4] = Default::default();
    let mut bytes = [0; 4];
    for _ in 0..ROUNDS {
        for (index, output) in outputs.iter().enumerate() {
            let mut encoder = encoder(output, Position(0))?;
            let mut packets = Packets::new();
            bytes[index] = 0;
            let before = cpu();
            for cell in pcm.chunks(CELL.count()) {
                encoder.encode(cell, &mut packets)?;
                bytes[index] += packets.drain(..).map(|packet| packet.bytes.len()).sum::<usize>();
            }
            spent[index].push((cpu() - before).as_secs_f64() / hours);
        }
    }
    let mut out = std::io::stdout().lock();
    writeln!(out, "{:>10} {:>12} {:>10}", "encoder", "CPU-s/hour", "kbit/s")?;
    let mut floor = 0.0;
    for (index, output) in outputs.iter().enumerate() {
        spent[index].sort_by(f64::total_cmp);
        let median = spent[index][ROUNDS / 2];
        let rate = bytes[index] as f64 * 8.0 / hours / 3_600_000.0;
        writeln!(out, "{:>10} {median:>12.1} {rate:>10.1}", output.rendition())?;
        if output.codec != Codec::Flac {
            floor += median;
        }
    }
    writeln!(out, "{:>10} {floor:>12.1}", "without flac")?;
    Ok(())
}

/// Stereo f32, little endian.
fn read(bytes: &[u8]) -> Vec<Frame> {
    let sample = |bytes: &[u8]| f32::from_le_bytes(bytes.try_into().expect("chunks of four"));
    bytes.chunks_exact(8).map(|frame| [sample(&frame[..4]), sample(&frame[4..])]).collect()
}

/// Time that this thread has spent on a CPU; where the system doesn't tell, time that has passed.
fn cpu() -> Duration {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanos = told.and_then(|text| text.split(' ').next()?.parse().ok());
    nanos.map_or_else(
        || {
            static START: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
            START.get_or_init(Instant::now).elapsed()
        },
        Duration::from_nanos,
    )
}
