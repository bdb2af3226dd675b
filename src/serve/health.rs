//! Whether the server lives, and whether every station is on time.
//!
//! In: what each station has published, what the clock says. Out: a word for a load balancer.

use super::house::{Channel, House};
use crate::units::{Frames, Position};

/// How much later than one part after the last a part may be before its station counts as late: 500 ms.
pub const READY_SLACK: Frames = Frames::from_millis(500);

/// Whether every station is on time; if not, which are late and by how much.
///
/// # Errors
/// The late ones, or that there is none at all, in plain words.
pub fn ready(house: &House) -> Result<String, String> {
    let channels = house.channels();
    if channels.is_empty() {
        return Err("no station is on the air".to_owned());
    }
    let wall = house.wall();
    let late: Vec<String> = channels.iter().filter_map(|channel| lateness(channel, wall)).collect();
    if late.is_empty() { Ok(format!("{} on time", channels.len())) } else { Err(late.join("\n")) }
}

/// Why a station is late, if it is.
fn lateness(channel: &Channel, wall: Position) -> Option<String> {
    let id = channel.station().id.clone();
    let Some(published) = channel.published() else { return Some(format!("{id} has published nothing yet")) };
    let snapshot = &published.snapshot;
    let lag = wall - snapshot.edge;
    (lag > snapshot.latency.part() + READY_SLACK).then(|| format!("{id} is late: its live edge is {lag} ago"))
}

/// Sets the lag of every station to what it is now.
pub fn measure(house: &House) {
    let wall = house.wall();
    for channel in house.channels() {
        if let Some(published) = channel.published() {
            channel.metrics.lag.set((wall - published.snapshot.edge).seconds());
        }
    }
}
