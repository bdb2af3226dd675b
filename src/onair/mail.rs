//! What a station is told by the library: the newest index, and a bell that rings when there is a newer one.

use crate::schedule::Index;
use arc_swap::ArcSwap;
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

/// The library's end.
pub struct Post {
    newest: Arc<ArcSwap<Index>>,
    bell: mpsc::SyncSender<()>,
}

/// The station's end.
pub struct Mail {
    newest: Arc<ArcSwap<Index>>,
    bell: mpsc::Receiver<()>,
}

/// A letterbox that holds one index: a newer one takes its place.
pub fn letterbox() -> (Post, Mail) {
    let newest = Arc::<ArcSwap<Index>>::default();
    let (ring, bell) = mpsc::sync_channel(1);
    (Post { newest: newest.clone(), bell: ring }, Mail { newest, bell })
}

impl Post {
    /// Puts a newer index in.
    pub fn put(&self, index: Arc<Index>) {
        self.newest.store(index);
        // If the bell rings already, or nobody is there any more, there is nothing to do.
        let _ = self.bell.try_send(());
    }
}

impl Mail {
    /// Waits for a newer index, so long at most; says whether there is one.
    pub fn wait(&self, patience: Duration) -> bool {
        match self.bell.recv_timeout(patience) {
            Ok(()) => true,
            Err(mpsc::RecvTimeoutError::Timeout) => false,
            Err(mpsc::RecvTimeoutError::Disconnected) => {
                // The library has gone; the station goes on with what it knows.
                thread::sleep(patience);
                false
            }
        }
    }

    /// The newest index.
    pub fn newest(&self) -> Arc<Index> {
        self.newest.load_full()
    }
}
