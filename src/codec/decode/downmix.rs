//! Any number of channels to stereo.
//!
//! In: interleaved samples of a known layout. Out: stereo frames, finite and within [`AMPLITUDE_MAX`].
//! Mono goes to both sides as it is. Spec: ITU-R BS.775-3 annex 4 table 2.

use super::AMPLITUDE_MAX;
use crate::units::Frame;
use std::f32::consts::FRAC_1_SQRT_2;
use symphonia::core::audio::{Channels, Position};

/// Where a channel's loudspeaker stands, as far as stereo cares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Speaker {
    /// Front left.
    Left,
    /// Front right.
    Right,
    /// In the middle in front.
    Centre,
    /// At the left side, behind, or above.
    LeftSurround,
    /// At the right side, behind, or above.
    RightSurround,
    /// One loudspeaker behind.
    Rear,
    /// Low-frequency effects: not part of a downmix.
    Effects,
}

/// A matrix from a layout to stereo.
pub struct Downmix {
    layout: Option<Channels>,
    gains: Vec<[f32; 2]>,
}

impl Speaker {
    const fn gains(self) -> [f32; 2] {
        const SURROUND: f32 = FRAC_1_SQRT_2;
        match self {
            Speaker::Left => [1.0, 0.0],
            Speaker::Right => [0.0, 1.0],
            Speaker::Centre => [FRAC_1_SQRT_2, FRAC_1_SQRT_2],
            Speaker::LeftSurround => [SURROUND, 0.0],
            Speaker::RightSurround => [0.0, SURROUND],
            Speaker::Rear => [0.5, 0.5],
            Speaker::Effects => [0.0, 0.0],
        }
    }

    fn at(position: Position) -> Self {
        use Speaker::*;
        match position {
            Position::FRONT_LEFT | Position::FRONT_LEFT_WIDE | Position::FRONT_LEFT_CENTER => Left,
            Position::FRONT_RIGHT | Position::FRONT_RIGHT_WIDE | Position::FRONT_RIGHT_CENTER => Right,
            Position::REAR_LEFT
            | Position::SIDE_LEFT
            | Position::TOP_FRONT_LEFT
            | Position::TOP_SIDE_LEFT
            | Position::TOP_REAR_LEFT
            | Position::BOTTOM_FRONT_LEFT => LeftSurround,
            Position::REAR_RIGHT
            | Position::SIDE_RIGHT
            | Position::TOP_FRONT_RIGHT
            | Position::TOP_SIDE_RIGHT
            | Position::TOP_REAR_RIGHT
            | Position::BOTTOM_FRONT_RIGHT => RightSurround,
            Position::REAR_CENTER | Position::TOP_REAR_CENTER => Rear,
            Position::LFE1 | Position::LFE2 => Effects,
            _ => Centre,
        }
    }

    /// The loudspeakers of Vorbis and of Opus mapping family 1, 1 to 8 channels.
    pub fn vorbis_order(channels: usize) -> Vec<Self> {
        use Speaker::*;
        let order: &[Self] = match channels {
            1 => &[Centre],
            3 => &[Left, Centre, Right],
            4 => &[Left, Right, LeftSurround, RightSurround],
            5 | 6 => &[Left, Centre, Right, LeftSurround, RightSurround, Effects],
            7 => &[Left, Centre, Right, LeftSurround, RightSurround, Rear, Effects],
            8 => &[Left, Centre, Right, LeftSurround, RightSurround, LeftSurround, RightSurround, Effects],
            _ => &[Left, Right],
        };
        order[..channels.min(order.len())].to_vec()
    }

    /// The loudspeakers of so many channels whose layout is not told: the order of WAVE.
    fn wave_order(channels: usize) -> Vec<Self> {
        use Speaker::*;
        const ORDER: [Speaker; 8] =
            [Left, Right, Centre, Effects, LeftSurround, RightSurround, LeftSurround, RightSurround];
        match channels {
            1 => vec![Centre],
            4 => vec![Left, Right, LeftSurround, RightSurround],
            5 => vec![Left, Right, Centre, LeftSurround, RightSurround],
            n => (0..n).map(|n| ORDER.get(n).copied().unwrap_or(Effects)).collect(),
        }
    }
}

impl Downmix {
    /// For loudspeakers in the order of the channels.
    pub fn of(speakers: &[Speaker]) -> Self {
        let gains = match speakers {
            [_] => vec![[1.0, 1.0]],
            speakers => speakers.iter().map(|speaker| speaker.gains()).collect(),
        };
        Self { layout: None, gains }
    }

    /// Keeps the matrix that is there if it is for this layout, or makes one.
    pub fn keep<'a>(slot: &'a mut Option<Self>, layout: &Channels) -> &'a mut Self {
        if slot.as_ref().is_none_or(|mix| mix.layout.as_ref() != Some(layout)) {
            let speakers = match layout {
                Channels::Positioned(positions) => positions.iter().map(Speaker::at).collect(),
                layout => Speaker::wave_order(layout.count()),
            };
            *slot = Some(Self { layout: Some(layout.clone()), ..Self::of(&speakers) });
        }
        slot.as_mut().expect("it was filled just now")
    }

    /// Appends interleaved samples as stereo frames.
    pub fn append(&self, interleaved: &[f32], out: &mut Vec<Frame>) {
        match *self.gains.as_slice() {
            [] => {}
            [_] => out.extend(interleaved.iter().map(|&sample| [sane(sample); 2])),
            [[1.0, 0.0], [0.0, 1.0]] => {
                out.extend(
                    interleaved.as_chunks::<2>().0.iter().map(|&[left, right]| [sane(left), sane(right)]),
                );
            }
            ref gains => out.extend(interleaved.chunks_exact(gains.len()).map(|channels| {
                let mut frame = [0.0; 2];
                for (&sample, gain) in channels.iter().zip(gains) {
                    let sample = sane(sample);
                    frame[0] += sample * gain[0];
                    frame[1] += sample * gain[1];
                }
                frame.map(sane)
            })),
        }
    }
}

/// Finite and within bounds: what is not a number is silence.
fn sane(sample: f32) -> f32 {
    if sample.is_nan() { 0.0 } else { sample.clamp(-AMPLITUDE_MAX, AMPLITUDE_MAX) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn surround_folds_down_by_the_table_of_bs_775() {
        let r = FRAC_1_SQRT_2;
        for (speakers, samples, expected) in [
            (Speaker::wave_order(1), &[0.5][..], [0.5, 0.5]),
            (Speaker::wave_order(2), &[0.5, -0.25], [0.5, -0.25]),
            (Speaker::wave_order(6), &[0.0, 0.0, 1.0, 1.0, 0.0, 0.0], [r, r]),
            (Speaker::wave_order(6), &[0.1, 0.2, 0.0, 0.0, 0.4, 0.0], [0.1 + 0.4 * r, 0.2]),
            (Speaker::vorbis_order(6), &[0.0, 1.0, 0.5, 0.0, 0.0, 1.0], [r, 0.5 + r]),
            (Speaker::wave_order(2), &[f32::NAN, f32::INFINITY], [0.0, AMPLITUDE_MAX]),
        ] {
            let mut out = Vec::new();
            Downmix::of(&speakers).append(samples, &mut out);
            assert_eq!(out, [expected], "{speakers:?} {samples:?}");
        }
    }
}
