//! Integrated loudness and true peak of an item.
//!
//! In: stereo frames at 48 kHz, in blocks of any size. Out: LUFS and dBTP. Never: depends on the size of the blocks.
//! Spec: ITU-R BS.1770-5 with the gates of EBU R 128; the true peak by [`true_peak`](super::true_peak).

use super::true_peak::TruePeak;
use crate::units::position::SAMPLE_RATE;
use crate::units::{Dbtp, Frame, Lufs};
use ebur128::{EbuR128, Mode};

/// Quieter than this is no loudness: the absolute gate.
const GATE: Lufs = Lufs(-70.0);

/// Measures one item from its beginning to its end.
pub struct Loudness {
    meter: EbuR128,
    peak: TruePeak,
}

impl Default for Loudness {
    fn default() -> Self {
        let meter = EbuR128::new(2, SAMPLE_RATE as u32, Mode::I)
            .expect("two channels at 48 kHz are within the meter's bounds");
        Self { meter, peak: TruePeak::default() }
    }
}

impl Loudness {
    /// Takes the next frames.
    pub fn push(&mut self, frames: &[Frame]) {
        self.meter.add_frames_f32(frames.as_flattened()).expect("whole stereo frames are never refused");
        self.peak.add(frames);
    }

    /// Integrated loudness so far; none for less than 400 ms, or when nothing passes the absolute gate.
    pub fn integrated(&self) -> Option<Lufs> {
        let lufs = self.meter.loudness_global().ok()?;
        (lufs.is_finite() && lufs > GATE.0).then_some(Lufs(lufs))
    }

    /// The highest true peak so far of both channels; minus infinity for digital silence.
    pub fn true_peak(&self) -> Dbtp {
        self.peak.peak()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::TAU;

    fn sine(seconds: f64, hertz: f64, amplitude: f64, phase: f64) -> Vec<Frame> {
        let frames = (seconds * 48_000.0) as usize;
        (0..frames)
            .map(|k| [(amplitude * (TAU * hertz * k as f64 / 48_000.0 + phase).sin()) as f32; 2])
            .collect()
    }

    fn measure(signal: &[Frame], block: usize) -> Loudness {
        let mut loudness = Loudness::default();
        for block in signal.chunks(block) {
            loudness.push(block);
        }
        loudness
    }

    /// EBU Tech 3341 cases 1 to 5.
    #[test]
    fn the_test_tones_of_the_ebu_measure_as_they_should() {
        let tone = |seconds, dbfs: f64| sine(seconds, 1_000.0, 10f64.powf(dbfs / 20.0), 0.0);
        let joined = |parts: &[(f64, f64)]| parts.iter().flat_map(|&(s, db)| tone(s, db)).collect::<Vec<_>>();
        for (name, signal, expected) in [
            ("1", tone(20.0, -23.0), -23.0),
            ("2", tone(20.0, -33.0), -33.0),
            ("3", joined(&[(10.0, -36.0), (60.0, -23.0), (10.0, -36.0)]), -23.0),
            (
                "4",
                joined(&[(10.0, -72.0), (10.0, -36.0), (60.0, -23.0), (10.0, -36.0), (10.0, -72.0)]),
                -23.0,
            ),
            ("5", joined(&[(20.0, -26.0), (20.1, -20.0), (20.0, -26.0)]), -23.0),
        ] {
            for block in [480, 4_097] {
                let lufs = measure(&signal, block).integrated().unwrap();
                assert!((lufs.0 - expected).abs() <= 0.1, "case {name} in blocks of {block}: {lufs}");
            }
        }
    }

    /// EBU Tech 3341 cases 15, 16 and 18: peaks between the samples.
    #[test]
    fn a_peak_between_samples_is_found() {
        for (divisor, degrees, amplitude, expected) in
            [(4.0, 0.0, 0.5, -6.0), (4.0, 45.0, 0.5, -6.0), (6.0, 60.0, 0.5, -6.0)]
        {
            let mut signal = sine(1.0, 48_000.0 / divisor, amplitude, f64::to_radians(degrees));
            // Begun and ended softly: an abrupt edge would ring above the tone.
            let ramp = || (0..4_800).map(|k| k as f32 / 4_800.0);
            for (frame, gain) in signal.iter_mut().zip(ramp()) {
                *frame = frame.map(|sample| sample * gain);
            }
            for (frame, gain) in signal.iter_mut().rev().zip(ramp()) {
                *frame = frame.map(|sample| sample * gain);
            }
            let peak = measure(&signal, 1_000).true_peak();
            assert!((-0.4..=0.2).contains(&(peak.0 - expected)), "{degrees} degrees: {peak}");
        }
    }

    #[test]
    fn what_is_too_short_or_silent_has_no_loudness() {
        assert_eq!(measure(&sine(0.399, 1_000.0, 0.5, 0.0), 480).integrated(), None);
        assert_eq!(measure(&[[0.0; 2]; 96_000], 480).integrated(), None);
        assert!(measure(&sine(0.5, 1_000.0, 0.5, 0.0), 480).integrated().is_some());
    }
}
