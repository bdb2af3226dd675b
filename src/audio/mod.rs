//! Blocks of samples and what they pass through.
//!
//! In: stereo frames at 48 kHz, full scale 1.0. Out: the same, shaped, and what was measured of them.
//! Never: allocates while processing, reads a file or a clock, or gives another result for another
//! block size.

pub mod bed;
pub mod cue;
pub mod fade;
pub mod gain;
pub mod limiter;
pub mod loudness;
pub mod resample;
pub mod sine;
pub mod true_peak;

pub use bed::Bed;
pub use fade::Fade;
pub use limiter::Limiter;
pub use true_peak::TruePeak;
