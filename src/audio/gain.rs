//! The law by which the limiter's gain falls before a peak and comes back after it.
//!
//! In: frame by frame, the gain that the frame needs. Out: the gain that sounds. Never: uses floating
//! point in what it remembers, so nothing of the past is left after [`MEMORY`] frames, to the bit.
//!
//! Gains are whole numbers of 2^-30. Four steps, each a function of a bounded stretch of the past:
//! 1. hold: the least gain needed in the last [`HOLD`] frames;
//! 2. release: the lesser of that and `risen` applied to the frame before. `risen` never falls when its
//!    argument rises, so it commutes with taking the lesser: the result is the least of what each past frame
//!    held, risen once for each frame since. After [`RELEASE`] steps `risen` reaches unity from anywhere, so only
//!    that many frames count;
//! 3. and 4. two running means of [`MEAN`] frames: a fall becomes an S-shaped slope of 229 frames that is
//!    complete when its peak comes, since the hold is longer than both means together.

/// Frames that a needed gain is held for: 15 ms, the smoothing and then 10 ms so that bass is not shaped.
pub const HOLD: usize = 720;
/// Frames of each of the two means.
pub const MEAN: usize = 115;
/// Frames from a needed gain until the gain that sounds has reached it.
pub const ATTACK: usize = 2 * (MEAN - 1);
/// Frames after which no gain, however low, is still on its way back.
pub const RELEASE: usize = frames_to_unity();
/// Frames after which nothing of the past is left.
pub const MEMORY: usize = HOLD + RELEASE + ATTACK;

/// Gain 1.
pub const UNITY: u32 = 1 << 30;

const RING: usize = 1024;
const FULL: u64 = UNITY as u64 * (MEAN * MEAN) as u64;

/// One frame of release: an exponential of 4,096 frames (85 ms), and a little more so that it arrives.
const fn risen(gain: u32) -> u32 {
    let next = gain + ((UNITY - gain) >> 12) + (1 << 10);
    if next < UNITY { next } else { UNITY }
}

const fn frames_to_unity() -> usize {
    let (mut gain, mut frames) = (0, 0);
    while gain < UNITY {
        gain = risen(gain);
        frames += 1;
    }
    frames
}

/// What the law remembers.
#[derive(Clone, Debug)]
pub struct Gain {
    now: u32,
    /// The gains needed that are least from their frame on, oldest and least first: (frame, gain).
    least: Box<[(u32, u32); RING]>,
    first: usize,
    count: usize,
    released: u32,
    held: Box<[u32; MEAN]>,
    means: Box<[u64; MEAN]>,
    place: usize,
    mean: u64,
    smooth: u64,
    deepest: u64,
}

impl Default for Gain {
    fn default() -> Self {
        let mean = u64::from(UNITY) * MEAN as u64;
        Self {
            now: 0,
            least: Box::new([(0, UNITY); RING]),
            first: 0,
            count: 0,
            released: UNITY,
            held: Box::new([UNITY; MEAN]),
            means: Box::new([mean; MEAN]),
            place: 0,
            mean,
            smooth: FULL,
            deepest: FULL,
        }
    }
}

impl Gain {
    /// Takes the gain that the next frame needs and gives the gain that sounds, which reaches what is
    /// needed [`ATTACK`] frames later.
    #[inline]
    pub fn step(&mut self, needed: u32) -> f32 {
        let held = self.hold(needed.min(UNITY));
        self.released = held.min(risen(self.released));
        self.mean = self.mean + u64::from(self.released) - u64::from(self.held[self.place]);
        self.held[self.place] = self.released;
        self.smooth = self.smooth + self.mean - self.means[self.place];
        self.means[self.place] = self.mean;
        self.place = if self.place + 1 == MEAN { 0 } else { self.place + 1 };
        self.deepest = self.deepest.min(self.smooth);
        factor(self.smooth)
    }

    /// Whether the gain is 1 and stays so until less is needed.
    pub fn rests(&self) -> bool {
        self.count == 0 && self.smooth == FULL
    }

    /// The lowest gain since this was last asked.
    pub fn take_deepest(&mut self) -> f32 {
        factor(std::mem::replace(&mut self.deepest, self.smooth))
    }

    #[inline]
    fn hold(&mut self, needed: u32) -> u32 {
        self.now = self.now.wrapping_add(1);
        while self.count > 0 && self.least[(self.first + self.count - 1) % RING].1 >= needed {
            self.count -= 1;
        }
        if needed < UNITY {
            self.least[(self.first + self.count) % RING] = (self.now, needed);
            self.count += 1;
        }
        if self.count > 0 && self.now.wrapping_sub(self.least[self.first].0) >= HOLD as u32 {
            self.first = (self.first + 1) % RING;
            self.count -= 1;
        }
        if self.count > 0 { self.least[self.first].1 } else { UNITY }
    }
}

#[inline]
fn factor(smooth: u64) -> f32 {
    (smooth as f64 * (1.0 / FULL as f64)) as f32
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_way_back_takes_about_half_a_second_and_arrives() {
        assert!((20_000..30_000).contains(&RELEASE), "{RELEASE}");
        assert_eq!(risen(UNITY), UNITY);
        assert!((0..UNITY - 7).step_by(1 << 12).all(|g| g < risen(g) && risen(g) <= risen(g + 7)));
    }

    #[test]
    fn the_gain_reaches_what_is_needed_when_it_is_due_and_rests_at_last() {
        let mut gain = Gain::default();
        assert!(gain.rests());
        let half = UNITY / 2;
        let sounds: Vec<f32> =
            (0..MEMORY + 1).map(|i| gain.step(if i == 0 { half } else { UNITY })).collect();
        assert!(sounds[ATTACK - 1] > 0.5);
        assert!(sounds[ATTACK..HOLD].iter().all(|&g| (g - 0.5).abs() < 1e-7));
        assert!(sounds[..HOLD].is_sorted_by(|a, b| a >= b) && sounds[HOLD..].is_sorted());
        assert!(sounds[HOLD + 4096] < 0.83, "{}", sounds[HOLD + 4096]);
        assert!(gain.rests() && sounds[MEMORY] == 1.0);
        assert_eq!((gain.take_deepest(), gain.take_deepest()), (sounds[ATTACK], 1.0));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn two_pasts_become_one(
            pasts in prop::collection::vec(prop::collection::vec((0..=UNITY, 1..2000usize), 0..40), 2),
            since in prop::collection::vec((0..=UNITY, 1..900usize), 1..40),
        ) {
            let mut gains: Vec<Gain> = pasts
                .iter()
                .map(|past| {
                    let mut gain = Gain::default();
                    for &(needed, rest) in past {
                        gain.step(needed);
                        (0..rest).for_each(|_| { gain.step(UNITY); });
                    }
                    gain
                })
                .collect();
            let mut frame = 0;
            for &(needed, rest) in since.iter().cycle() {
                for i in 0..rest {
                    let need = if i == 0 { needed } else { UNITY };
                    let sounds: Vec<f32> = gains.iter_mut().map(|gain| gain.step(need)).collect();
                    frame += 1;
                    prop_assert!(frame < MEMORY || sounds[0].to_bits() == sounds[1].to_bits(), "{}", frame);
                }
                if frame > 2 * MEMORY {
                    break;
                }
            }
        }
    }
}
