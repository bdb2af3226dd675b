//! What really went out, in order and without a gap: the as-run log, made from what the mixer says.
//!
//! An item that is replaced in its middle and comes back has two rows, with the bed's between them.

use crate::playout::Event;
use crate::schedule::Entry;
use crate::units::{Frames, Position};
use std::sync::Arc;

/// One row of the as-run log: what was in the foreground from `at` for `length`.
#[derive(Clone, Debug, PartialEq)]
pub struct AsRun {
    /// Where it began to be what listeners hear.
    pub at: Position,
    /// Until something else was.
    pub length: Frames,
    /// The entry of the log; none for the built-in bed.
    pub entry: Option<Arc<Entry>>,
    /// Why this and not what was planned; none if it was planned so.
    pub why: Option<Why>,
}

/// Why something else went out than what was planned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Why {
    /// The item's audio did not come in time.
    Starved,
    /// The item's audio ended before it should have.
    EndedEarly,
    /// Nothing was cued.
    NothingCued,
}

impl Why {
    /// In the words of the as-run log.
    pub const fn word(self) -> &'static str {
        match self {
            Why::Starved => "starved",
            Why::EndedEarly => "ended-early",
            Why::NothingCued => "nothing-cued",
        }
    }
}

/// Makes rows from the mixer's events.
#[derive(Clone, Debug, Default)]
pub struct AsRunLog {
    open: Option<AsRun>,
}

impl AsRunLog {
    /// Takes the next event, and gives the row that it ends.
    pub fn event(&mut self, event: &Event) -> Option<AsRun> {
        let (at, entry, why) = match event {
            Event::Began { entry, at } => (*at, Some(entry.clone()), None),
            Event::Recovered { entry, at } if self.replaced(entry) => (*at, Some(entry.clone()), None),
            Event::Starved { entry, at } if self.holds(entry) => (*at, None, Some(Why::Starved)),
            Event::EndedEarly { entry, at } if self.holds(entry) => (*at, None, Some(Why::EndedEarly)),
            Event::Empty { at } if !self.is_bed() => (*at, None, Some(Why::NothingCued)),
            _ => return None,
        };
        let row = self.end(at);
        self.open = Some(AsRun { at, length: Frames::ZERO, entry, why });
        row
    }

    /// Ends the row that is open, at a position.
    pub fn end(&mut self, at: Position) -> Option<AsRun> {
        let row = self.open.take()?;
        (at > row.at).then(|| AsRun { length: at - row.at, ..row })
    }

    /// What is in the foreground.
    pub fn foreground(&self) -> Option<&Arc<Entry>> {
        self.open.as_ref()?.entry.as_ref()
    }

    fn is_bed(&self) -> bool {
        self.open.as_ref().is_some_and(|row| row.entry.is_none())
    }

    fn holds(&self, entry: &Arc<Entry>) -> bool {
        self.foreground().is_some_and(|open| open.at == entry.at)
    }

    fn replaced(&self, entry: &Arc<Entry>) -> bool {
        self.open.as_ref().is_some_and(|row| row.why == Some(Why::Starved) && row.at < entry.end())
    }
}
