//! A band that plays without end: audio that is as hard to encode as music, from a formula.
//!
//! In: a seed and a length. Out: stereo frames at 48 kHz, peaks below full scale; the same for the same
//! seed on any machine with the same mathematics library.

use longwave::units::{Frame, Seed};
use std::f32::consts::TAU;

const RATE: f32 = 48_000.0;
/// Frames of a beat: 112 a minute.
const BEAT: usize = 25_714;
/// Roots of the chords, in semitones from A2, one a bar of four beats.
const ROOTS: [f32; 8] = [0.0, 5.0, -2.0, 3.0, -4.0, 1.0, -5.0, 7.0];
/// Chord notes above the root, in semitones.
const CHORD: [f32; 4] = [12.0, 15.0, 19.0, 22.0];

/// This many seconds of it.
pub fn play(seconds: usize, seed: Seed) -> Vec<Frame> {
    let length = seconds * RATE as usize;
    let mut out = vec![[0.0f32; 2]; length];
    let mut noise = Noise(seed);
    for bar in 0..length.div_ceil(4 * BEAT) {
        let root = 110.0 * semitones(ROOTS[(bar + seed.below(8) as usize) % ROOTS.len()]);
        let start = bar * 4 * BEAT;
        for (voice, note) in CHORD.into_iter().enumerate() {
            let pan = 0.2 + 0.2 * voice as f32;
            strings(&mut out, start, 4 * BEAT, root * semitones(note), pan, &mut noise);
        }
        for beat in 0..4 {
            let at = start + beat * BEAT;
            pluck(&mut out, at, BEAT, root / 2.0, 0.35, 0.5, &mut noise);
            if beat % 2 == 0 {
                kick(&mut out, at);
            } else {
                burst(&mut out, at, 9000, 0.22, 1800.0, 0.5, &mut noise);
            }
            for eighth in 0..2 {
                let at = at + eighth * BEAT / 2;
                burst(&mut out, at, 3000, 0.08, 500.0, 0.7, &mut noise);
                let step = seed.with((bar * 8 + beat * 2 + eighth) as u64).below(8) as usize;
                let note = CHORD[step % 4] + if step < 4 { 12.0 } else { 24.0 };
                pluck(&mut out, at, BEAT, root * semitones(note), 0.12, 0.3, &mut noise);
            }
        }
    }
    room(&mut out);
    for frame in &mut out {
        *frame = frame.map(|sample| (sample * 0.8).tanh() * 0.9);
    }
    out
}

struct Noise(Seed);

impl Noise {
    fn next(&mut self) -> f32 {
        self.0 = self.0.with(1);
        (self.0.unit() * 2.0 - 1.0) as f32
    }
}

fn semitones(count: f32) -> f32 {
    (count / 12.0).exp2()
}

fn add(out: &mut [Frame], at: usize, sample: f32, pan: f32) {
    if let Some(frame) = out.get_mut(at) {
        frame[0] += sample * (1.0 - pan);
        frame[1] += sample * pan;
    }
}

/// A bowed note: harmonics with vibrato, slowly in and out.
fn strings(out: &mut [Frame], at: usize, length: usize, pitch: f32, pan: f32, noise: &mut Noise) {
    let mut phase = noise.next().abs();
    for n in 0..length {
        let time = n as f32 / RATE;
        phase = (phase + pitch * (1.0 + 0.004 * (TAU * 5.3 * time).sin()) / RATE).fract();
        let edge = (n.min(length - n) as f32 / 9000.0).min(1.0);
        let tone: f32 = (1..=7).map(|k| (TAU * phase * k as f32).sin() / (k * k) as f32).sum();
        add(out, at + n, (tone + 0.02 * noise.next()) * edge * 0.09, pan);
    }
}

/// A plucked string: Karplus and Strong.
fn pluck(out: &mut [Frame], at: usize, length: usize, pitch: f32, level: f32, pan: f32, noise: &mut Noise) {
    let mut line: Vec<f32> = (0..(RATE / pitch) as usize + 2).map(|_| noise.next()).collect();
    for n in 0..length {
        let here = n % line.len();
        let next = (n + 1) % line.len();
        let sample = line[here];
        line[here] = 0.498 * (line[here] + line[next]);
        add(out, at + n, sample * level * ((length - n) as f32 / 2000.0).min(1.0), pan);
    }
}

fn kick(out: &mut [Frame], at: usize) {
    let mut phase = 0.0;
    for n in 0..12_000 {
        let fall = (-(n as f32) / 2500.0).exp();
        phase += (45.0 + 120.0 * fall * fall) / RATE;
        add(out, at + n, 0.8 * fall * (TAU * phase).sin(), 0.5);
    }
}

/// A snare or a hat: noise that dies away, its low end taken off.
fn burst(out: &mut [Frame], at: usize, length: usize, level: f32, decay: f32, pan: f32, noise: &mut Noise) {
    let mut before = 0.0;
    for n in 0..length {
        let now = noise.next();
        add(out, at + n, (now - before) * level * (-(n as f32) / decay).exp(), pan);
        before = now;
    }
}

/// A small room: four feedback delays, crossed between the sides.
fn room(out: &mut [Frame]) {
    for delay in [1451, 1867, 2339, 2903] {
        for n in delay..out.len() {
            let [left, right] = out[n - delay];
            out[n][0] += 0.09 * right;
            out[n][1] += 0.09 * left;
        }
    }
}
