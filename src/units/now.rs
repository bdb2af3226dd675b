//! One reading of the clocks, taken at the edge and passed to everything else.

use super::position::Position;
use std::time::Duration;

/// One reading of the machine's two clocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    /// Monotonic time since some fixed instant of this process.
    pub mono: Duration,
    /// What the wall clock says it is, as a position. May step.
    pub wall: Position,
}
