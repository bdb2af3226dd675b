//! The desk: takes each request, finds whom it is for, and sends the answer on its way.
//!
//! In: requests. Out: answers, each counted once. Never: waits itself; those that wait are the handlers.
//! Spec: RFC 9110; Fetch (CORS).

use super::answer::{self, Answer, Keep, media_type};
use super::assets::{Assets, ICON};
use super::body::Body;
use super::house::{Channel, House};
use super::metrics::RequestLabels;
use super::programme::Moment;
use super::route::{self, About, Of, Pointer, Route, Verb};
use super::server::{Limits, Phase};
use super::{api, art, events, health, hls, pages, stream};
use crate::package::m3u;
use crate::station::Station;
use hyper::body::Incoming;
use hyper::header::{self, HeaderMap};
use hyper::{Request, StatusCode};
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::sync::watch;

const UNKNOWN: &str = "there is nothing at this address";

/// What every connection of a listener shares.
pub struct Desk {
    /// The stations.
    pub house: Arc<House>,
    /// What pages load.
    pub assets: Arc<Assets>,
    /// Where the server is on its way.
    pub phase: watch::Receiver<Phase>,
    /// How long and how many.
    pub limits: Limits,
    /// Where this listener listens.
    pub local: SocketAddr,
}

/// What a request says beside what it asks for.
pub struct Caller<'a> {
    /// Only the headers are wanted.
    pub head: bool,
    /// Its headers.
    pub headers: &'a HeaderMap,
    /// Where it reached us.
    local: SocketAddr,
}

impl Caller<'_> {
    /// Scheme and authority by which the caller reached us, for addresses that have to be absolute.
    pub fn base(&self) -> String {
        let text = |name| self.headers.get(name).and_then(|value| value.to_str().ok());
        let secure = text("x-forwarded-proto").is_some_and(|scheme| scheme.eq_ignore_ascii_case("https"));
        let scheme = if secure { "https" } else { "http" };
        match text("host").filter(|host| is_authority(host)) {
            Some(host) => format!("{scheme}://{host}"),
            None => format!("{scheme}://{}", self.local),
        }
    }

    /// Whether it asked for titles within a stream.
    pub fn wants_titles(&self) -> bool {
        self.headers.get("icy-metadata").is_some_and(|value| value.as_bytes().trim_ascii() == b"1")
    }

    /// Whether someone looks at it in a browser.
    fn reads_html(&self) -> bool {
        let accept = self.headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
        accept.is_some_and(|accept| accept.contains("text/html"))
    }
}

/// Whether a text is a host with or without a port, and nothing that could break out of an address.
fn is_authority(host: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_' | b':' | b'[' | b']');
    !host.is_empty() && host.bytes().all(plain)
}

impl Desk {
    /// Answers a request.
    ///
    /// # Errors
    /// Never.
    pub async fn answer(&self, request: Request<Incoming>) -> Result<Answer, Infallible> {
        let verb = Verb::of(request.method());
        let route = route::parse(request.uri().path(), request.uri().query());
        let class = route.class();
        let caller = Caller { head: verb == Verb::Head, headers: request.headers(), local: self.local };
        let answer = match verb {
            Verb::Get | Verb::Head => self.find(route, &caller).await,
            Verb::Options => answer::preflight(),
            Verb::Other => answer::not_allowed(),
        };
        let labels = RequestLabels { route: class, status: answer.status().as_u16() };
        self.house.metrics.requests.get_or_create(&labels).inc();
        tracing::debug!(route = class, status = labels.status, "answered");
        Ok(answer::finish(answer, caller.head))
    }

    async fn find(&self, route: Route, caller: &Caller<'_>) -> Answer {
        let asked = caller.headers;
        match route {
            Route::Directory => pages::directory(&self.stations(), self.assets.version()),
            Route::Asset { version, file } => self.assets.file(&file, version.as_deref(), asked),
            Route::Favicon => self.assets.file(ICON, None, asked),
            Route::Robots => {
                answer::say(StatusCode::OK, Keep::Seconds(3600), "User-agent: *\nDisallow: /api/")
            }
            Route::Stations => json(api::stations(&self.stations())),
            Route::Live => answer::say(StatusCode::OK, Keep::Not, "alive"),
            Route::Ready => match health::ready(&self.house) {
                Ok(text) => answer::say(StatusCode::OK, Keep::Not, text),
                Err(text) => answer::later(Keep::Not, &text),
            },
            Route::Metrics => {
                health::measure(&self.house);
                let text = self.house.metrics.text();
                answer::with(StatusCode::OK, media_type::METRICS, Keep::Not, Body::bytes(text.into()))
            }
            Route::Unknown => answer::unknown(Keep::Not, UNKNOWN),
            Route::Of(id, of) => match self.house.channel(&id) {
                Some(channel) => self.of_station(of, &channel, caller).await,
                None if of == Of::Player && caller.reads_html() => pages::unknown(),
                None => answer::unknown(Keep::Not, UNKNOWN),
            },
        }
    }

    async fn of_station(&self, of: Of, channel: &Arc<Channel>, caller: &Caller<'_>) -> Answer {
        let asked = caller.headers;
        let answer = match of {
            Of::Player => {
                let (station, moment) = self.moment(channel);
                pages::player(&station, &moment, self.assets.version())
            }
            Of::Art => art::of_station(channel, asked).await,
            Of::Cover(hash) => art::cover(self, channel, hash, asked).await,
            Of::Multivariant(which) => hls::multivariant(channel, which, asked),
            Of::Playlist { rendition, form, query } => {
                hls::playlist(self, channel, &rendition, form, &query, asked).await
            }
            Of::Media { rendition, media } => hls::media(self, channel, &rendition, media, asked).await,
            Of::Stream { codec, fake_length } => stream::stream(self, channel, codec, fake_length, caller),
            Of::Pointer(form) => pointer(&channel.station(), form, caller),
            Of::Events => events::events(self, channel, caller),
            Of::About(about) => self.about(channel, about),
        };
        answer.map(|body| body.counted(&channel.metrics.bytes))
    }

    fn about(&self, channel: &Channel, about: About) -> Answer {
        let (programme, at) = (channel.programme(), self.house.wall());
        json(match about {
            About::All => api::station(&channel.station(), &programme.moment(at)),
            About::Now => api::now(&programme, at),
            About::Next => api::next(&programme, at),
            About::History => api::history(&programme, at),
        })
    }

    fn moment(&self, channel: &Channel) -> (Arc<Station>, Moment) {
        (channel.station(), channel.programme().moment(self.house.wall()))
    }

    fn stations(&self) -> Vec<(Arc<Station>, Moment)> {
        self.house.channels().iter().map(|channel| self.moment(channel)).collect()
    }
}

fn json(text: String) -> Answer {
    answer::with(StatusCode::OK, media_type::JSON, Keep::Not, Body::bytes(text.into()))
}

/// A file that points at the endless streams, by the address at which the caller reached us.
fn pointer(station: &Station, form: Pointer, caller: &Caller<'_>) -> Answer {
    let base = caller.base();
    let (media_type, text) = match form {
        Pointer::M3u => (media_type::M3U, m3u::m3u(station, &base)),
        Pointer::Pls => (media_type::PLS, m3u::pls(station, &base)),
    };
    let mut answer = answer::with(StatusCode::OK, media_type, Keep::Not, Body::bytes(text.into()));
    // Caches must not give one network's addresses to another.
    answer::set(&mut answer, header::VARY, "Host, X-Forwarded-Proto");
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_plain_authority_is_put_into_an_address() {
        for (host, plain) in [
            ("localhost:8000", true),
            ("radio.example", true),
            ("[::1]:8000", true),
            ("", false),
            ("a/b", false),
            ("a b", false),
            ("user@host", false),
            ("a\"b", false),
        ] {
            assert_eq!(is_authority(host), plain, "{host:?}");
        }
    }
}
