//! What is on, what was and what will be, as listeners are told.
//!
//! In: the stretch of the log around now. Out: the entry that is on at a position, those before and after it.
//! Never: chooses a position; that is the asker's.

use crate::schedule;
use crate::station::Kind;
use crate::units::{Frames, Position, StationId};
use std::sync::Arc;

/// One item of the programme, as listeners are told of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Where it begins to sound.
    pub position: Position,
    /// How long it sounds, fades included.
    pub length: Frames,
    /// What it is on the air.
    pub kind: Kind,
    /// The category it was picked from.
    pub category: Arc<str>,
    /// From its tags.
    pub title: Option<Arc<str>>,
    /// From its tags.
    pub artist: Option<Arc<str>>,
    /// From its tags.
    pub album: Option<Arc<str>>,
    /// The address path of its cover, `/harbour/art/…`.
    pub art: Option<Arc<str>>,
}

/// Entries around now, in the order of their positions.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Programme {
    entries: Vec<Arc<Entry>>,
}

/// What a listener is told of a moment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Moment {
    /// The newest entry that sounds: during a crossfade the one that fades in.
    pub now: Option<Arc<Entry>>,
    /// The first that begins later.
    pub next: Option<Arc<Entry>>,
    /// The last that began before `now`, or before the position if nothing is on.
    pub previous: Option<Arc<Entry>>,
}

impl Entry {
    /// What a station's listeners are told of an entry of its log.
    pub fn of_log(station: &StationId, entry: &schedule::Entry) -> Self {
        let item = entry.item.as_deref();
        Self {
            position: entry.at,
            length: entry.length,
            kind: entry.kind,
            category: entry.category.clone(),
            title: item.and_then(|item| item.title.clone()),
            artist: item.and_then(|item| item.artist.clone()),
            album: item.and_then(|item| item.album.clone()),
            art: item.and_then(|item| item.art).map(|hash| cover_path(station, hash).into()),
        }
    }

    /// Where it has ceased to sound.
    pub fn end(&self) -> Position {
        self.position + self.length
    }
}

/// The address path of a cover.
pub fn cover_path(station: &StationId, hash: u64) -> String {
    format!("/{station}/art/{hash:016x}")
}

impl Programme {
    /// Entries in any order.
    pub fn new(entries: Vec<Entry>) -> Self {
        let mut entries: Vec<_> = entries.into_iter().map(Arc::new).collect();
        entries.sort_by_key(|entry| entry.position);
        Self { entries }
    }

    /// How many entries begin at a position or before it.
    fn begun(&self, position: Position) -> usize {
        self.entries.partition_point(|entry| entry.position <= position)
    }

    /// What a listener is told at a position.
    pub fn moment(&self, position: Position) -> Moment {
        let begun = self.begun(position);
        let last = begun.checked_sub(1).map(|index| &self.entries[index]);
        let now = last.filter(|entry| position < entry.end());
        let before = begun - usize::from(now.is_some());
        Moment {
            now: now.cloned(),
            next: self.entries.get(begun).cloned(),
            previous: before.checked_sub(1).map(|index| self.entries[index].clone()),
        }
    }

    /// Those that begin after a position, soonest first.
    pub fn next(&self, position: Position) -> &[Arc<Entry>] {
        &self.entries[self.begun(position)..]
    }

    /// Those that were on before the one at a position, newest first.
    pub fn history(&self, position: Position) -> impl Iterator<Item = &Arc<Entry>> {
        let begun = self.begun(position);
        let on = begun.checked_sub(1).is_some_and(|index| position < self.entries[index].end());
        self.entries[..begun - usize::from(on)].iter().rev()
    }

    /// The next position after this one at which a moment differs.
    pub fn turns_after(&self, position: Position) -> Option<Position> {
        let begun = self.begun(position);
        let next = self.entries.get(begun).map(|entry| entry.position);
        let end = begun.checked_sub(1).map(|index| self.entries[index].end()).filter(|&end| end > position);
        [next, end].into_iter().flatten().min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(at: i64, length: i64, title: &str) -> Entry {
        Entry {
            position: Position(at),
            length: Frames(length),
            kind: Kind::Song,
            category: "power".into(),
            title: Some(title.into()),
            artist: None,
            album: None,
            art: None,
        }
    }

    fn title(entry: Option<&Arc<Entry>>) -> &str {
        entry.and_then(|entry| entry.title.as_deref()).unwrap_or("-")
    }

    #[test]
    fn the_entry_that_began_last_is_on_until_it_ends() {
        // A and B overlap from 90 to 100; nothing is on from 190 to 200.
        let programme = Programme::new(vec![entry(90, 100, "B"), entry(0, 100, "A"), entry(200, 100, "C")]);
        for (at, now, next, previous, turns) in [
            (-1, "-", "A", "-", Some(0)),
            (0, "A", "B", "-", Some(90)),
            (89, "A", "B", "-", Some(90)),
            (90, "B", "C", "A", Some(190)),
            (189, "B", "C", "A", Some(190)),
            (190, "-", "C", "B", Some(200)),
            (200, "C", "-", "B", Some(300)),
            (300, "-", "-", "C", None),
        ] {
            let position = Position(at);
            let moment = programme.moment(position);
            assert_eq!(title(moment.now.as_ref()), now, "now at {at}");
            assert_eq!(title(moment.next.as_ref()), next, "next at {at}");
            assert_eq!(title(moment.previous.as_ref()), previous, "previous at {at}");
            assert_eq!(programme.turns_after(position), turns.map(Position), "turn after {at}");
            assert_eq!(title(programme.next(position).first()), next, "first of next at {at}");
            assert_eq!(title(programme.history(position).next()), previous, "first of history at {at}");
        }
    }
}
