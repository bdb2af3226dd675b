//! Waiting for what is not published yet.
//!
//! In: a look at what is published, which says whether that is enough. Out: what it saw, or why the wait ended.
//! Never: decides when to wait, or holds a lock while it does.
//! Spec: draft-pantos-hls-rfc8216bis sections 6.2.5.2 and 6.2.6.

use super::house::{Air, Channel};
use super::metrics::Counted;
use super::published::Published;
use super::server::Phase;
use std::time::Duration;
use tokio::sync::watch;

/// Why a wait ended without what was waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// Nothing is published at all.
    Silent,
    /// It took too long.
    Late,
    /// The station is gone.
    Gone,
    /// The server stops.
    Closing,
}

/// How long requests are held.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// While the server runs.
    pub open: Duration,
    /// Once it has been told to stop.
    pub closing: Duration,
}

/// Looks at what is published, again at each part, until the look says something.
pub async fn until<T>(
    channel: &Channel,
    phase: &watch::Receiver<Phase>,
    patience: Patience,
    mut look: impl FnMut(&Published) -> Option<T>,
) -> Result<T, Ended> {
    let mut air = channel.air();
    let mut see = |air: &mut watch::Receiver<Air>| {
        // The guard of a borrow is a lock that whoever publishes would wait for: it lasts for this clone alone.
        let now = air.borrow_and_update().clone();
        match now {
            Air::On(published) => look(&published).ok_or(Ended::Late),
            Air::Silent => Err(Ended::Silent),
            Air::Gone => Err(Ended::Gone),
        }
    };
    match see(&mut air) {
        Err(Ended::Late) => {}
        seen => return seen,
    }
    let _held = Counted::new(&channel.metrics.held);
    let mut phase = phase.clone();
    let closing = async {
        let closed = phase.wait_for(|phase| *phase != Phase::Open).await.is_err();
        if !closed {
            tokio::time::sleep(patience.closing).await;
        }
    };
    let late = tokio::time::sleep(patience.open);
    tokio::pin!(closing, late);
    loop {
        tokio::select! {
            changed = air.changed() => if changed.is_err() { return Err(Ended::Gone) },
            () = &mut late => return Err(Ended::Late),
            () = &mut closing => return Err(Ended::Closing),
        }
        match see(&mut air) {
            Err(Ended::Late) => {}
            seen => return seen,
        }
    }
}
