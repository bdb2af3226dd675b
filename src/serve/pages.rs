//! The pages: the directory of stations and each station's player.
//!
//! In: templates with `{{name}}` and `<!-- each name -->…<!-- /each -->`, values. Out: HTML. Never: a value as
//! markup: every one is escaped; inline script.

use super::answer::{self, Answer, Keep, media_type};
use super::api;
use super::body::Body;
use super::programme::{Entry, Moment};
use crate::station::{Kind, Station};
use hyper::StatusCode;
use hyper::header::{self, HeaderName};
use std::sync::Arc;

const INDEX: &str = include_str!("pages/index.html");
const STATION: &str = include_str!("pages/station.html");

/// What a page may do: its own script, style and pictures; sound from here and from Media Source Extensions.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; \
    connect-src 'self'; media-src 'self' blob:; worker-src 'self' blob:; manifest-src 'self'; base-uri 'none'; \
    form-action 'none'; frame-ancestors 'none'";

/// A name in a template and its value.
pub type Values<'a> = [(&'a str, &'a str)];

/// Fills a template in. Values are escaped; a name without a value is left out.
pub fn render(template: &str, values: &Values<'_>) -> String {
    let mut page = String::with_capacity(template.len() + 1024);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        page.push_str(before);
        let Some((name, after)) = after.split_once("}}") else {
            rest = after;
            continue;
        };
        if let Some((_, value)) = values.iter().find(|(key, _)| *key == name) {
            escape(value, &mut page);
        }
        rest = after;
    }
    page.push_str(rest);
    page
}

/// Repeats the section `<!-- each name -->…<!-- /each -->` of a template, once for each row, filled in.
pub fn repeat(template: &str, name: &str, rows: &[Vec<(&str, &str)>]) -> String {
    let open = format!("<!-- each {name} -->");
    let Some((before, rest)) = template.split_once(open.as_str()) else { return template.to_owned() };
    let Some((section, after)) = rest.split_once("<!-- /each -->") else { return template.to_owned() };
    // What was filled in is not looked at again, even if a value looks like a placeholder: braces are escaped.
    let sections: String = rows.iter().map(|row| render(section, row)).collect();
    format!("{before}{sections}{after}")
}

/// Appends a value as text or as a quoted attribute.
fn escape(value: &str, to: &mut String) {
    for c in value.chars() {
        match c {
            '&' => to.push_str("&amp;"),
            '<' => to.push_str("&lt;"),
            '>' => to.push_str("&gt;"),
            '"' => to.push_str("&quot;"),
            '\'' => to.push_str("&#39;"),
            '{' => to.push_str("&#123;"),
            '}' => to.push_str("&#125;"),
            c => to.push(c),
        }
    }
}

/// The directory.
pub fn directory(stations: &[(Arc<Station>, Moment)], version: &str) -> Answer {
    let filled: Vec<_> = stations
        .iter()
        .map(|(station, moment)| {
            (api::station(station, moment), one_line(moment.now.as_deref()), art_path(station))
        })
        .collect();
    let rows: Vec<_> = stations
        .iter()
        .zip(&filled)
        .map(|((station, _), (json, now, art))| {
            vec![
                ("id", station.id.as_str()),
                ("name", &station.name),
                ("tagline", station.tagline.as_deref().unwrap_or_default()),
                ("now", now),
                ("art", art),
                ("station", json),
            ]
        })
        .collect();
    page(StatusCode::OK, render(&repeat(INDEX, "station", &rows), &[("version", version)]))
}

/// Where the station's own picture is; empty if it has none.
fn art_path(station: &Station) -> String {
    station.art.as_ref().map_or_else(String::new, |_| format!("/{}/art", station.id))
}

/// A station's player.
pub fn player(station: &Station, moment: &Moment, version: &str) -> Answer {
    let now = moment.now.as_deref().filter(|entry| has_name(entry));
    let tagline = station.tagline.as_deref().unwrap_or_default();
    let title = now.and_then(|entry| entry.title.as_deref()).unwrap_or(&station.name);
    let artist = match now {
        Some(entry) => entry.artist.as_deref().unwrap_or(&station.name),
        None => tagline,
    };
    let streams = api::station_value(station, moment).streams;
    let id = &station.id;
    let endless = streams.mp3.is_some() || streams.aac.is_some();
    let pointer = |file: &str| endless.then(|| format!("/{id}/{file}"));
    let ways: Vec<_> = [
        (streams.opus, "HLS, Opus", "Least delay, for browsers and new players"),
        (streams.live, "HLS, AAC", "Little delay, for every player of HLS"),
        (streams.hls, "HLS, simple", "For Chromecast, VLC and Android"),
        (streams.radio, "HLS, MPEG-TS", "For Echo, Sonos and older boxes"),
        (streams.mp3, "MP3", "Plays on every radio"),
        (streams.aac, "AAC", "For Sonos, Chromecast and phones"),
        (pointer("listen.m3u"), "M3U", "A file that players open"),
        (pointer("listen.pls"), "PLS", "A file that internet radios open"),
    ]
    .into_iter()
    .filter_map(|(url, label, note)| Some((url?, label, note)))
    .collect();
    let rows: Vec<_> = ways
        .iter()
        .map(|(url, label, note)| vec![("url", url.as_str()), ("label", *label), ("note", *note)])
        .collect();
    let json = api::station(station, moment);
    let cover = now.and_then(|entry| entry.art.as_deref()).map(str::to_owned);
    let art = cover.unwrap_or_else(|| art_path(station));
    let values = [
        ("version", version),
        ("id", id.as_str()),
        ("name", &station.name),
        ("tagline", tagline),
        ("language", station.language.as_deref().unwrap_or_default()),
        ("title", title),
        ("artist", artist),
        ("art", &art),
        ("station", &json),
    ];
    page(StatusCode::OK, render(&repeat(STATION, "stream", &rows), &values))
}

/// 404 for someone who looks at it in a browser.
pub fn unknown() -> Answer {
    const PAGE: &str = "<!DOCTYPE html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
        <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
        <title>Nothing here</title>\n<h1>Nothing here</h1>\n\
        <p>No station has this address. <a href=\"/\">These are on the air.</a></p>\n</html>\n";
    page(StatusCode::NOT_FOUND, PAGE.to_owned())
}

fn page(status: StatusCode, html: String) -> Answer {
    let mut answer = answer::with(status, media_type::HTML, Keep::Not, Body::bytes(html.into()));
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::REFERRER_POLICY, "strict-origin-when-cross-origin"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    ] {
        answer::set(&mut answer, name, value);
    }
    answer
}

/// Whether listeners are told an entry by its own title; idents and spots go by the station's name.
fn has_name(entry: &Entry) -> bool {
    matches!(entry.kind, Kind::Song | Kind::Speech) && entry.title.is_some()
}

fn one_line(entry: Option<&Entry>) -> String {
    let Some(entry) = entry.filter(|entry| has_name(entry)) else { return String::new() };
    let title = entry.title.as_deref().unwrap_or_default();
    match entry.artist.as_deref() {
        Some(artist) => format!("{title} \u{2013} {artist}"),
        None => title.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_never_markup_and_never_a_placeholder() {
        for (template, value, expected) in [
            ("<p>{{v}}</p>", "a & b", "<p>a &amp; b</p>"),
            ("<p>{{v}}</p>", "<script>", "<p>&lt;script&gt;</p>"),
            ("<p a=\"{{v}}\">", "\" onload='x'", "<p a=\"&quot; onload=&#39;x&#39;\">"),
            ("{{v}}{{w}}", "{{w}}", "&#123;&#123;w&#125;&#125;"),
            ("{{w}}", "x", ""),
            ("{{v", "x", "v"),
            ("none", "x", "none"),
        ] {
            assert_eq!(render(template, &[("v", value)]), expected, "{template}");
        }
    }

    #[test]
    fn a_section_is_repeated_for_each_row() {
        let template = "<ul><!-- each way --><li>{{n}}</li><!-- /each --></ul>";
        for (rows, expected) in [
            (vec![], "<ul></ul>"),
            (vec![vec![("n", "1")], vec![("n", "<2>")]], "<ul><li>1</li><li>&lt;2&gt;</li></ul>"),
        ] {
            assert_eq!(repeat(template, "way", &rows), expected);
        }
        assert_eq!(repeat(template, "other", &[]), template);
    }
}
