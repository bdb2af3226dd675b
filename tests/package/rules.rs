//! What the draft demands of a media playlist, and of the next after it, read by a parser that shares nothing with
//! the writer. Numbers in comments are sections of draft-pantos-hls-rfc8216bis.

use std::collections::BTreeMap;

/// A part as it is listed.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    pub uri: String,
    pub duration: f64,
}

/// A segment as it is listed; the last may lack its address, while it is being made.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Segment {
    pub date_ms: Option<i64>,
    pub parts: Vec<Part>,
    pub duration: f64,
    pub title: String,
    pub uri: Option<String>,
}

/// A media playlist, read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Playlist {
    /// Lines that hold for all of it, but its sequence number.
    pub head: Vec<String>,
    pub sequence: u64,
    pub skipped: usize,
    pub map: bool,
    /// By number; the last is the open one, if any of its parts is listed.
    pub segments: BTreeMap<u64, Segment>,
    pub hint: Option<String>,
    pub reports: Vec<String>,
}

/// The attributes of a tag's line.
pub fn attributes(line: &str) -> BTreeMap<&str, &str> {
    let list = line.split_once(':').expect("the tag has attributes").1;
    // No value of ours holds a comma.
    list.split(',')
        .map(|pair| pair.split_once('=').expect("an attribute has a value"))
        .map(|(name, value)| (name, value.trim_matches('"')))
        .collect()
}

fn seconds(line: &str, name: &str) -> f64 {
    attributes(line)[name].parse().expect("a decimal number")
}

impl Playlist {
    /// Reads a text, and checks what must hold in it alone.
    pub fn read(text: &str) -> Self {
        let mut playlist = Self::default();
        let mut number = 0;
        let mut segment = Segment::default();
        assert!(text.ends_with('\n') && !text.contains('\r'));
        for (at, line) in text.lines().enumerate() {
            assert_eq!(at == 0, line == "#EXTM3U", "4.4.1.1: EXTM3U is the first line, and only that");
            assert!(!line.is_empty() && line.trim() == line && !line.contains(char::is_control), "{line:?}");
            let tag = line.split(':').next().expect("a line has a beginning");
            match tag {
                "#EXTM3U" => {}
                "#EXT-X-VERSION"
                | "#EXT-X-TARGETDURATION"
                | "#EXT-X-INDEPENDENT-SEGMENTS"
                | "#EXT-X-SERVER-CONTROL"
                | "#EXT-X-PART-INF" => {
                    assert!(playlist.head.iter().all(|had| !had.starts_with(tag)), "4.4.3: {tag} once");
                    playlist.head.push(line.to_owned());
                }
                "#EXT-X-MEDIA-SEQUENCE" => {
                    assert!(
                        playlist.segments.is_empty() && playlist.sequence == 0,
                        "4.4.3.2: before segments"
                    );
                    playlist.sequence = line["#EXT-X-MEDIA-SEQUENCE:".len()..].parse().expect("a number");
                    number = playlist.sequence;
                }
                "#EXT-X-MAP" => {
                    assert!(playlist.segments.is_empty() && segment == Segment::default());
                    assert_eq!(attributes(line)["URI"], "init.mp4");
                    playlist.map = true;
                }
                "#EXT-X-SKIP" => {
                    assert!(playlist.segments.is_empty() && playlist.skipped == 0, "4.4.5.2");
                    playlist.skipped = attributes(line)["SKIPPED-SEGMENTS"].parse().expect("a number");
                    assert!(playlist.skipped > 0);
                    number += playlist.skipped as u64;
                }
                "#EXT-X-PROGRAM-DATE-TIME" => {
                    assert!(segment == Segment::default(), "4.4.4.9: the date is before the first part");
                    let date = &line["#EXT-X-PROGRAM-DATE-TIME:".len()..];
                    assert!(date.ends_with('Z') && date.as_bytes()[date.len() - 5] == b'.', "{date}");
                    let at: jiff::Timestamp = date.parse().expect("RFC 3339");
                    segment.date_ms = Some(at.as_millisecond());
                }
                "#EXT-X-PART" => {
                    assert_eq!(attributes(line)["INDEPENDENT"], "YES");
                    assert_eq!(attributes(line).len(), 3);
                    let uri = attributes(line)["URI"].to_owned();
                    segment.parts.push(Part { uri, duration: seconds(line, "DURATION") });
                }
                "#EXTINF" => {
                    let (duration, title) = line["#EXTINF:".len()..].split_once(',').expect("a comma");
                    segment.duration = duration.parse().expect("a decimal number");
                    segment.title = title.to_owned();
                }
                "#EXT-X-PRELOAD-HINT" => {
                    assert_eq!(attributes(line)["TYPE"], "PART");
                    let had = playlist.hint.replace(attributes(line)["URI"].to_owned());
                    assert_eq!(had, None, "6.2.6: one hint of a type");
                }
                "#EXT-X-RENDITION-REPORT" => playlist.reports.push(line.to_owned()),
                _ if line.starts_with('#') => panic!("an unexpected tag: {line}"),
                uri => {
                    assert!(segment.duration > 0.0, "4.4.4.1: EXTINF before {uri}");
                    segment.uri = Some(uri.to_owned());
                    playlist.segments.insert(number, std::mem::take(&mut segment));
                    number += 1;
                }
            }
        }
        if segment != Segment::default() {
            playlist.segments.insert(number, segment);
        }
        playlist.check();
        playlist
    }

    /// A line of the head by the name of its tag.
    pub fn head(&self, tag: &str) -> Option<&str> {
        self.head.iter().map(String::as_str).find(|line| line.split(':').next() == Some(tag))
    }

    pub fn target_duration(&self) -> f64 {
        let line = self.head("#EXT-X-TARGETDURATION").expect("4.4.3.1: required");
        line["#EXT-X-TARGETDURATION:".len()..].parse::<u64>().expect("an integer") as f64
    }

    fn version(&self) -> u64 {
        let line = self.head("#EXT-X-VERSION").expect("written in all of ours");
        line["#EXT-X-VERSION:".len()..].parse().expect("an integer")
    }

    fn complete(&self) -> impl DoubleEndedIterator<Item = (&u64, &Segment)> {
        self.segments.iter().filter(|(_, segment)| segment.uri.is_some())
    }

    fn check(&self) {
        let target = self.target_duration();
        assert!(self.version() >= if self.map { 6 } else { 3 }, "section 8");
        assert!(self.skipped == 0 || self.version() >= 9, "section 8");
        assert!(self.skipped == 0 || self.map, "4.4.4.5: what a delta keeps needs the map, too");
        for segment in self.segments.values() {
            assert!(segment.date_ms.is_some(), "6.2.1: a date on every segment");
            if segment.uri.is_some() {
                assert!(segment.duration.round() <= target, "4.4.3.1");
            }
        }
        let dates: Vec<_> = self.segments.values().filter_map(|segment| segment.date_ms).collect();
        let lengths: Vec<_> = self.complete().map(|(_, s)| (s.duration * 1000.0).round() as i64).collect();
        for (pair, length) in dates.windows(2).zip(lengths) {
            assert_eq!(pair[1] - pair[0], length, "dates and durations agree");
        }
        match (self.head("#EXT-X-SERVER-CONTROL"), self.head("#EXT-X-PART-INF")) {
            (Some(control), Some(part_inf)) => self.check_low_latency(control, part_inf),
            (None, None) => {
                assert!(self.segments.values().all(|segment| segment.parts.is_empty()));
                assert_eq!((&self.hint, self.reports.len(), self.skipped), (&None, 0, 0));
            }
            _ => panic!("server control and part information come together"),
        }
    }

    fn check_low_latency(&self, control: &str, part_inf: &str) {
        let target = self.target_duration();
        let part_target = seconds(part_inf, "PART-TARGET");
        assert!(seconds(control, "PART-HOLD-BACK") >= 3.0 * part_target, "4.4.3.8");
        assert!(seconds(control, "HOLD-BACK") >= 3.0 * target, "4.4.3.8");
        assert!(seconds(control, "CAN-SKIP-UNTIL") >= 6.0 * target, "4.4.3.8");
        assert_eq!(attributes(control)["CAN-BLOCK-RELOAD"], "YES");
        let hint = self.hint.as_ref().expect("appendix B: a hint of the next part");
        let listed = self.segments.values().flat_map(|segment| &segment.parts).collect::<Vec<_>>();
        assert!(listed.iter().all(|part| part.uri != *hint), "a hint is of what is not there yet");
        assert!(listed.iter().all(|part| part.duration <= part_target), "4.4.4.9");
        assert!(listed.iter().all(|part| part.duration >= 0.85 * part_target), "4.4.4.9");
        for (number, segment) in &self.segments {
            let sum: f64 = segment.parts.iter().map(|part| part.duration).sum();
            for (n, part) in segment.parts.iter().enumerate() {
                assert_eq!(part.uri, format!("{number}.{n}.m4s"), "parts have no gap");
            }
            if segment.uri.is_some() && !segment.parts.is_empty() {
                assert!((sum - segment.duration).abs() < 1e-9, "parts are as long as their segment");
            }
        }
        // 6.2.2: parts are listed for the last three target durations at most, and for all parts of a segment.
        let mut from_end = 0.0;
        let mut gone = false;
        for segment in self.segments.values().rev() {
            from_end += if segment.uri.is_some() {
                segment.duration
            } else {
                segment.parts.iter().map(|part| part.duration).sum()
            };
            assert_eq!(
                !segment.parts.is_empty(),
                from_end <= 3.0 * target + 1e-9,
                "{from_end} s from the end"
            );
            assert!(!gone || segment.parts.is_empty());
            gone |= segment.parts.is_empty();
        }
    }

    /// Checks that `next` may follow this one. Both are whole.
    pub fn check_successor(&self, next: &Self) {
        assert_eq!(self.head, next.head, "6.2.1: the contract never changes");
        assert!(self.map == next.map || self.segments.is_empty());
        assert!(next.sequence >= self.sequence, "6.2.2: the sequence number never falls");
        let (_, newest) = self.segments.iter().next_back().unzip();
        let last = self.segments.keys().next_back().copied().unwrap_or(self.sequence);
        assert!(next.sequence <= last, "something of the last playlist is still there");
        for (number, had) in &self.segments {
            let Some(has) = next.segments.get(number) else {
                assert!(*number < next.sequence, "6.2.1: only the oldest are removed");
                continue;
            };
            assert_eq!(had.date_ms, has.date_ms, "6.2.1");
            if had.uri.is_some() {
                assert_eq!(
                    (&had.uri, had.duration, &had.title),
                    (&has.uri, has.duration, &has.title),
                    "6.3.4: a segment never changes"
                );
                assert!(has.parts.is_empty() || had.parts == has.parts, "6.2.1: parts only go");
            } else {
                assert!(has.parts.starts_with(&had.parts), "6.2.1: parts are only appended");
            }
        }
        if let Some(hint) = &self.hint {
            let open = newest.is_some_and(|newest| newest.uri.is_none());
            let number = if open { last } else { last + u64::from(newest.is_some()) };
            let known = if open { newest.map_or(0, |newest| newest.parts.len()) } else { 0 };
            let came = next.segments.get(&number).and_then(|segment| segment.parts.get(known));
            assert_eq!(came.map(|part| &part.uri), Some(hint), "4.4.5.3: what was hinted is what came");
        }
        let total = |playlist: &Self| playlist.complete().map(|(_, s)| s.duration).sum::<f64>();
        if total(self) >= 3.0 * self.target_duration() {
            assert!(total(next) >= 3.0 * self.target_duration(), "6.2.2: never less than three targets");
        }
    }

    /// A client's view after a delta: what was skipped comes from the playlist that it has.
    pub fn with_delta(&self, delta: &Self) -> Self {
        let mut merged = delta.clone();
        for number in delta.sequence..delta.sequence + delta.skipped as u64 {
            let had = self.segments.get(&number).expect("6.2.5.1: a client has what a delta skips");
            let segment = Segment { parts: Vec::new(), ..had.clone() };
            merged.segments.insert(number, segment);
        }
        merged.skipped = 0;
        merged.head.clone_from(&self.head);
        merged
    }
}
