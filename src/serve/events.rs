//! Server-sent events: what is on, told at once and at each change.
//!
//! In: a station's programme, the clock. Out: `event: track` with what is on, what follows and what was before;
//! a comment when nothing was said for a while. Never: polls.
//! Spec: WHATWG HTML section 9.2.

use super::answer::{self, Answer, Keep, media_type};
use super::api;
use super::body::{Body, Source};
use super::desk::{Caller, Desk};
use super::house::{Air, Channel, House};
use super::metrics::Counted;
use super::programme::{Moment, Programme};
use super::server::Phase;
use bytes::Bytes;
use hyper::StatusCode;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Sleep, sleep};

/// A station's events.
pub fn events(desk: &Desk, channel: &Channel, caller: &Caller) -> Answer {
    let body = if caller.head {
        Body::unsent()
    } else {
        Body::flow(Events {
            house: desk.house.clone(),
            programme: channel.programmes(),
            air: channel.air(),
            phase: desk.phase.clone(),
            told: None,
            silent_max: desk.limits.events_silent,
            silence: Box::pin(sleep(desk.limits.events_silent)),
            _listener: Counted::new(&channel.metrics.events),
        })
    };
    let mut answer = answer::with(StatusCode::OK, media_type::EVENTS, Keep::Not, body);
    // Proxies that gather what passes through would keep events back.
    answer::set(&mut answer, hyper::header::HeaderName::from_static("x-accel-buffering"), "no");
    answer
}

struct Events {
    house: Arc<House>,
    programme: watch::Receiver<Arc<Programme>>,
    air: watch::Receiver<Air>,
    phase: watch::Receiver<Phase>,
    told: Option<Moment>,
    silent_max: Duration,
    /// Ends when nothing was said for that long.
    silence: Pin<Box<Sleep>>,
    _listener: Counted,
}

impl Source for Events {
    async fn next(mut self) -> Option<(Vec<Bytes>, Self)> {
        loop {
            let programme = self.programme.borrow_and_update().clone();
            let at = self.house.wall();
            let moment = programme.moment(at);
            if self.told.as_ref() != Some(&moment) {
                let text = format!("event: track\ndata: {}\n\n", api::moment(&moment));
                self.told = Some(moment);
                return Some(self.says(text));
            }
            let turn = programme.turns_after(at).map(|turn| sleep((turn - at).duration()));
            let turn = async {
                match turn {
                    Some(turn) => turn.await,
                    None => std::future::pending().await,
                }
            };
            let silent = tokio::select! {
                changed = self.programme.changed() => changed.map(|()| false).ok()?,
                () = turn => false,
                () = self.silence.as_mut() => true,
                _ = self.air.wait_for(|air| matches!(air, Air::Gone)) => return None,
                _ = self.phase.wait_for(|phase| *phase != Phase::Open) => return None,
            };
            if silent {
                return Some(self.says(": still here\n\n".to_owned()));
            }
        }
    }
}

impl Events {
    fn says(mut self, text: String) -> (Vec<Bytes>, Self) {
        self.silence = Box::pin(sleep(self.silent_max));
        (vec![text.into()], self)
    }
}
