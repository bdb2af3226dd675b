//! What a simulation found, as a readable text and as plain data.

use super::world::Had;
use crate::units::Frames;
use std::fmt;

/// What a simulation found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    /// How much of the programme was heard.
    pub heard: Frames,
    /// Parts that were heard.
    pub parts: u64,
    /// Parts that were there too late for a player.
    pub late: u64,
    /// The worst time from the end of a part to when it was there.
    pub latest: Frames,
    /// Rows of the as-run log.
    pub rows: u64,
    /// How much of what was heard was the bed.
    pub bed: Frames,
    /// Packets that were compared with the as-run log.
    pub compared: u64,
    /// Packets that were not what the as-run log says.
    pub different: u64,
    /// What went wrong in the world.
    pub had: Had,
    /// How many promises were broken.
    pub broken_count: u64,
    /// The first of them, each as a sentence.
    pub broken: Vec<String>,
}

impl Report {
    /// Whether listeners heard the programme without a gap, in time, and as the as-run log tells it.
    pub fn is_good(&self) -> bool {
        self.broken_count == 0 && self.late == 0 && self.different == 0 && self.compared > 0
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hours = |frames: Frames| frames.seconds() / 3600.0;
        writeln!(f, "heard        {:.2} h in {} parts", hours(self.heard), self.parts)?;
        writeln!(
            f,
            "world        {} files vanished, {} ended early, {} disks stalled, {} hiccups",
            self.had.vanished, self.had.ended_early, self.had.stalled, self.had.hiccups
        )?;
        writeln!(f, "late parts   {}, the worst {:.3} s after its end", self.late, self.latest.seconds())?;
        writeln!(f, "as-run log   {} rows, {:.1} s of the bed", self.rows, self.bed.seconds())?;
        writeln!(f, "compared     {} packets, {} differ from the as-run log", self.compared, self.different)?;
        for sentence in &self.broken {
            writeln!(f, "broken       {sentence}")?;
        }
        write!(f, "{}", if self.is_good() { "good" } else { "NOT GOOD" })
    }
}
