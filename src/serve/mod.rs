//! HTTP: what stations publish, for listeners, devices and operators.
//!
//! In: the stations' immutable snapshots and programmes, pushed into their [`Channel`]s by whoever is on the
//! air; requests. Out: answers. Never: decides what a playlist says or when a reload waits (that is
//! [`package`](crate::package)), reads a clock (the [`House`] is given one), or lets one listener wait for
//! another.
//! Spec: RFC 9110, RFC 9112; draft-pantos-hls-rfc8216bis sections 6.2 and appendix B.

pub mod route;
pub mod house;
pub mod programme;
pub mod published;
pub mod metrics;
pub mod body;
pub mod answer;
mod hold;
mod hls;
mod stream;
mod events;
pub mod api;
mod art;
pub mod health;
pub mod pages;
mod assets;
mod desk;
mod wire;
pub mod server;

pub use house::{Channel, House};
pub use metrics::Metrics;
pub use programme::{Entry, Programme};
pub use published::Published;
pub use server::{Limits, ServeError, Server};
