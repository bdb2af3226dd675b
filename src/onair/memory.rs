//! What the store remembers of a station, as a director takes it over.

use crate::engine::Stored;
use crate::library::Store;
use crate::library::store::{Logged, StoreError};
use crate::schedule::{Entry, Log, Past};
use crate::units::{Frames, ItemId, Position, StationId};
use std::sync::Arc;

/// The stored log is read from so much before a position.
const READ_BACK: Frames = Frames::from_secs(24 * 3600);
/// And so far ahead of it.
const READ_AHEAD: Frames = Frames::from_secs(31 * 24 * 3600);

/// The unbroken stretch of the stored log that covers a position, and what played before it.
///
/// # Errors
/// If the store fails.
pub fn remembered(store: &Store, station: &StationId, at: Position) -> Result<(Stored, Past), StoreError> {
    let logged = store.load_log(station, at - READ_BACK, at + READ_AHEAD)?;
    let stored = Stored { log: covering(logged, at), fingerprint: store.fingerprint(station)?.unwrap_or(0) };
    let mut past = Past::default();
    for (path, played) in store.last_played(station)? {
        past.note_play(ItemId::of_path(&path), played);
    }
    Ok((stored, past))
}

fn covering(logged: Vec<Logged>, at: Position) -> Log {
    let mut run: Vec<Arc<Entry>> = Vec::new();
    for logged in logged {
        let entry = match logged {
            Logged::Entry(entry) if run.last().is_none_or(|last| last.next_at() == entry.at) => Some(entry),
            _ if run.last().is_some_and(|last| last.next_at() > at) => break,
            Logged::Entry(entry) => {
                run.clear();
                Some(entry)
            }
            Logged::Gone { .. } => {
                run.clear();
                None
            }
        };
        run.extend(entry.map(Arc::new));
    }
    Log::new(run).unwrap_or_default()
}
