//! The grid on which every rendition is cut.
//!
//! A cell is 15,360 frames = 320 ms = 16 Opus packets of 20 ms = 15 AAC-LC frames. A segment is 6 cells
//! = 92,160 frames = 1.92 s = 80 MP3 frames. A part is one cell or two. The number of a segment is its
//! position divided by its length, so it needs no memory.

use super::position::{Frames, Position};

/// The length of a cell: 15,360 frames, 320 ms.
pub const CELL: Frames = Frames(15_360);
/// Cells in a segment.
pub const CELLS_PER_SEGMENT: i64 = 6;
/// The length of a segment: 92,160 frames, 1.92 s.
pub const SEGMENT: Frames = Frames(CELL.0 * CELLS_PER_SEGMENT);

/// The number of a cell, counted from 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cell(pub i64);

/// A media sequence number: the position of a segment divided by its length.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Msn(pub u64);

/// How long the parts of a station are. Part of the frozen contract of its streams.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Latency {
    /// Parts of one cell, 320 ms.
    #[default]
    Low,
    /// Parts of two cells, 640 ms.
    Steady,
}

impl Cell {
    /// The cell that holds a position.
    pub const fn holding(position: Position) -> Self {
        Self(position.0.div_euclid(CELL.0))
    }
    /// Where it begins.
    pub const fn start(self) -> Position {
        Position(self.0 * CELL.0)
    }
    /// Where it ends: the start of the next.
    pub const fn end(self) -> Position {
        self.next().start()
    }
    /// The cell after this.
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }
    /// The segment that holds this cell.
    pub const fn msn(self) -> Msn {
        Msn::holding(self.start())
    }
    /// Whether a segment begins with this cell.
    pub const fn begins_segment(self) -> bool {
        self.0.rem_euclid(CELLS_PER_SEGMENT) == 0
    }
    /// Whether a segment ends with this cell.
    pub const fn ends_segment(self) -> bool {
        self.next().begins_segment()
    }
}

impl Msn {
    /// The segment that holds a position; positions before 1970 count as the first segment.
    pub const fn holding(position: Position) -> Self {
        let number = position.0.div_euclid(SEGMENT.0);
        Self(if number < 0 { 0 } else { number as u64 })
    }
    /// Where it begins.
    pub const fn start(self) -> Position {
        Position(self.0 as i64 * SEGMENT.0)
    }
    /// Where it ends: the start of the next.
    pub const fn end(self) -> Position {
        self.next().start()
    }
    /// The segment after this.
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }
    /// The first cell of it.
    pub const fn first_cell(self) -> Cell {
        Cell(self.0 as i64 * CELLS_PER_SEGMENT)
    }
}

impl std::fmt::Display for Msn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl Latency {
    /// Cells in a part.
    pub const fn cells_per_part(self) -> i64 {
        match self {
            Latency::Low => 1,
            Latency::Steady => 2,
        }
    }
    /// The length of a part.
    pub const fn part(self) -> Frames {
        Frames(CELL.0 * self.cells_per_part())
    }
    /// Parts in a segment.
    pub const fn parts_per_segment(self) -> u32 {
        (CELLS_PER_SEGMENT / self.cells_per_part()) as u32
    }
    /// The curators' word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Latency::Low => "low",
            Latency::Steady => "steady",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_codec_cuts_at_the_grid() {
        for (frame, of) in [(960, CELL), (1024, CELL), (3840, CELL), (1152, SEGMENT), (2048, SEGMENT)] {
            assert_eq!(of.0 % frame, 0, "{frame} does not divide {}", of.0);
        }
    }

    proptest! {
        #[test]
        fn a_position_lies_in_its_cell_and_its_cell_in_its_segment(at in 0i64..200_000_000_000_000) {
            let position = Position(at);
            let cell = Cell::holding(position);
            prop_assert!(cell.start() <= position && position < cell.end());
            let msn = Msn::holding(position);
            prop_assert_eq!(cell.msn(), msn);
            prop_assert!(msn.start() <= cell.start() && cell.end() <= msn.end());
            prop_assert_eq!(cell.begins_segment(), cell == msn.first_cell());
            prop_assert_eq!(cell.ends_segment(), cell.end() == msn.end());
        }
    }
}
