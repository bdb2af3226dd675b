//! Where a station's programme goes: whoever serves listeners.

use crate::package::Snapshot;
use crate::schedule::Entry;
use crate::station::Kind;
use std::sync::Arc;

/// Something that operators count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Incident {
    /// Something of this kind has aired.
    Aired(Kind),
    /// The bed stood in for what should have sounded.
    StoodIn,
    /// An item could not be played, and something else was planned.
    Replaced,
    /// The station broke and began again.
    Restarted,
}

/// Takes what one station publishes. Called from the station's own threads, in order; waits for no listener.
pub trait Outlet: Send + Sync {
    /// Everything up to the snapshot's edge can be fetched from now on.
    fn publish(&self, snapshot: Arc<Snapshot>);
    /// This is on, was and will be, as far as listeners are told.
    fn programme(&self, entries: &[Arc<Entry>]);
    /// Something happened that operators count.
    fn count(&self, incident: Incident);
}
