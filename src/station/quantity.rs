//! Quantities as curators write them: `-16 LUFS`, `1h30m`, `opus 96k`, `1980-1989`.
//!
//! In: a text. Out: the quantity, or what is wrong with the text and what to write instead.

use super::nearest::nearest;
use super::problem::Code;
use super::{Codec, Output};
use crate::units::Bitrate;

/// What is wrong with a text. The caller knows where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub code: Code,
    pub message: String,
    pub help: Option<String>,
}

impl Fault {
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), help: None }
    }
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
    pub fn perhaps(mut self, help: Option<String>) -> Self {
        self.help = help.or(self.help);
        self
    }
}

/// "did you mean `x`?"
pub(super) fn did_you_mean(guess: &str) -> String {
    format!("did you mean `{guess}`?")
}

/// The first characters of a text that may be long, for a message.
pub(super) fn shown(text: &str) -> String {
    const SHOWN_CHARS_MAX: usize = 60;
    let visible = |c: char| if c.is_control() { '\u{fffd}' } else { c };
    let mut shown: String = text.chars().take(SHOWN_CHARS_MAX).map(visible).collect();
    if text.chars().nth(SHOWN_CHARS_MAX).is_some() {
        shown.push('…');
    }
    shown
}

/// Units of durations with their lengths in milliseconds, longest first.
const DURATION_UNITS: [(&str, u64); 5] =
    [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)];

/// What people write for a unit, and what it is here.
const DURATION_UNITS_LONG: [(&str, &[&str]); 5] = [
    ("ms", &["msec", "msecs", "millisecond", "milliseconds"]),
    ("s", &["sec", "secs", "second", "seconds"]),
    ("m", &["min", "mins", "minute", "minutes"]),
    ("h", &["hr", "hrs", "hour", "hours"]),
    ("d", &["day", "days"]),
];

/// A duration such as `45s`, `3m`, `1h30m` or `500ms`, in milliseconds.
pub(super) fn duration_ms(text: &str) -> Result<u64, Fault> {
    if let Some(ms) = duration_strict(text) {
        return Ok(ms);
    }
    let fault = Fault::new(Code::BadDuration, format!("`{}` is not a duration", shown(text)))
        .help("write a number and a unit without a space: 500ms, 45s, 3m, 1h30m, 2d");
    Err(fault.perhaps(duration_guess(text).map(|guess| did_you_mean(&guess))))
}

/// One or more of number and unit, from the longest unit to the shortest, none twice.
fn duration_strict(text: &str) -> Option<u64> {
    let mut rest = text;
    let mut total = 0u64;
    let mut units = DURATION_UNITS.iter();
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (number, after) = rest.split_at(digits);
        let letters = after.bytes().take_while(u8::is_ascii_alphabetic).count();
        let (unit, after) = after.split_at(letters);
        let (_, length) = units.find(|(name, _)| *name == unit)?;
        total = total.checked_add(number.parse::<u64>().ok()?.checked_mul(*length)?)?;
        rest = after;
    }
    (!text.is_empty()).then_some(total)
}

/// What was most likely meant by `3`, `3 seconds`, `3S`, `1.5s`.
fn duration_guess(text: &str) -> Option<String> {
    let mut guess: String = text.to_lowercase().split_whitespace().collect();
    if !guess.is_empty() && guess.bytes().all(|b| b.is_ascii_digit()) {
        guess.push('s');
    }
    if let Some(seconds) = guess.strip_suffix('s').and_then(|number| number.parse::<f64>().ok())
        && guess.contains('.')
        && (0.0..=86_400.0).contains(&seconds)
    {
        guess = format!("{:.0}ms", seconds * 1000.0);
    }
    for (unit, longer) in DURATION_UNITS_LONG {
        if let Some(number) = longer.iter().rev().find_map(|long| guess.strip_suffix(long)) {
            guess = format!("{number}{unit}");
            break;
        }
    }
    duration_strict(&guess).map(|_| guess)
}

/// A level with its unit, such as `-16 LUFS`. The first unit is the one that helps recommend.
pub(super) fn level(text: &str, units: &[&str], example: &str) -> Result<f64, Fault> {
    if let Some(level) = level_strict(text, units) {
        return Ok(level);
    }
    // A minus that a word processor made, a missing space, another case: all guessable.
    let tidy = text.trim().replace('\u{2212}', "-");
    let number_ends = tidy.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(tidy.len());
    let (number, unit) = tidy.split_at(number_ends);
    let unit = if unit.is_empty() { Some(units[0]) } else { nearest(unit, units.iter().copied()) };
    let guess = unit.map(|unit| format!("{} {unit}", number.trim().replace(',', ".")));
    let guess = guess.filter(|guess| level_strict(guess, units).is_some());
    let fault = Fault::new(Code::BadLevel, format!("`{}` is not a level in {}", shown(text), units[0]))
        .help(format!("write a number, a space and the unit, such as `{example}`"));
    Err(fault.perhaps(guess.map(|guess| did_you_mean(&guess))))
}

fn level_strict(text: &str, units: &[&str]) -> Option<f64> {
    let (number, unit) = text.split_once(' ')?;
    let digits = number.strip_prefix('-').unwrap_or(number);
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
    let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    (units.contains(&unit) && all_digits(whole) && all_digits(part)).then(|| number.parse().ok())?
}

impl Codec {
    /// All that a curator may write.
    pub const ALL: [Codec; 4] = [Codec::Opus, Codec::Aac, Codec::Mp3, Codec::Flac];

    /// The bit rates that it can have, in kilobits a second; none for a lossless codec.
    pub const fn kilobits(self) -> Option<Kilobits> {
        match self {
            Codec::Opus => Some(Kilobits::Between(32, 256)),
            Codec::Aac => Some(Kilobits::Between(64, 256)),
            Codec::Mp3 => Some(Kilobits::OneOf(&[64, 80, 96, 112, 128, 160, 192, 224, 256, 320])),
            Codec::Flac => None,
        }
    }

    /// The bit rate to recommend, in kilobits a second.
    const fn kilobits_usual(self) -> u32 {
        match self {
            Codec::Opus => 96,
            Codec::Aac | Codec::Mp3 => 128,
            Codec::Flac => 0,
        }
    }
}

/// The bit rates of a codec, in kilobits a second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kilobits {
    /// Any from the first to the second.
    Between(u32, u32),
    /// One of these: MPEG-1 layer III knows no others at 48 kHz (ISO/IEC 11172-3, 2.4.2.3).
    OneOf(&'static [u32]),
}

impl Kilobits {
    fn admits(self, kilobits: u32) -> bool {
        match self {
            Kilobits::Between(from, to) => (from..=to).contains(&kilobits),
            Kilobits::OneOf(rates) => rates.contains(&kilobits),
        }
    }
    fn nearest(self, kilobits: u32) -> u32 {
        match self {
            Kilobits::Between(from, to) => kilobits.clamp(from, to),
            Kilobits::OneOf(rates) => {
                rates.iter().copied().min_by_key(|rate| rate.abs_diff(kilobits)).unwrap_or(kilobits)
            }
        }
    }
    fn in_words(self) -> String {
        match self {
            Kilobits::Between(from, to) => format!("{from}k to {to}k"),
            Kilobits::OneOf(rates) => {
                let words: Vec<String> = rates.iter().map(|rate| format!("{rate}k")).collect();
                words.join(", ")
            }
        }
    }
}

/// An output such as `opus 96k` or `flac`.
pub(super) fn output(text: &str) -> Result<Output, Fault> {
    let mut parts = text.split(' ');
    let (word, rate, more) = (parts.next().unwrap_or_default(), parts.next(), parts.next());
    let example = "write a codec, a space and a bit rate, such as `opus 96k`";
    let Some(codec) = Codec::ALL.into_iter().find(|codec| codec.word() == word) else {
        let fault = Fault::new(Code::BadOutput, format!("`{}` is not an output", shown(text)));
        let guess = output_guess(text).map(|guess| did_you_mean(&guess));
        return Err(fault.help(format!("{example}; codecs are opus, aac, mp3 and flac")).perhaps(guess));
    };
    let Some(rates) = codec.kilobits() else {
        if rate.is_some() {
            let message = format!("`{word}` loses nothing, so it has no bit rate");
            return Err(Fault::new(Code::BadOutput, message).help(format!("write `{word}` alone")));
        }
        return Ok(Output { codec, bitrate: None });
    };
    let usual = codec.kilobits_usual();
    let Some(rate) = rate else {
        return Err(Fault::new(Code::BadOutput, format!("`{word}` needs a bit rate"))
            .help(format!("write for example `{word} {usual}k`")));
    };
    let kilobits = rate.strip_suffix('k').filter(|digits| digits.bytes().all(|b| b.is_ascii_digit()));
    let kilobits = kilobits.and_then(|digits| digits.parse::<u32>().ok()).filter(|_| more.is_none());
    let Some(kilobits) = kilobits else {
        let fault = Fault::new(Code::BadOutput, format!("`{}` is not a bit rate", shown(rate)));
        let guess = output_guess(text).map(|guess| did_you_mean(&guess));
        return Err(fault.help(example).perhaps(guess));
    };
    if !rates.admits(kilobits) {
        let message = format!("`{word}` can't have {kilobits}k: it has {}", rates.in_words());
        return Err(Fault::new(Code::OutOfRange, message)
            .help(format!("the nearest is `{word} {}k`", rates.nearest(kilobits))));
    }
    Ok(Output { codec, bitrate: Some(Bitrate::kilobits(kilobits)) })
}

/// What was most likely meant by `AAC128`, `opus-96`, `mp3 128kbps`, `ogg 96k`.
fn output_guess(text: &str) -> Option<String> {
    let text = text.to_lowercase();
    let letters = text.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(text.len());
    // The 3 of mp3 belongs to the word.
    let word_ends = if text.starts_with("mp3") { 3 } else { letters };
    let (word, rest) = text.split_at(word_ends);
    let word = match word {
        "ogg" | "vorbis" => "opus",
        "mp" | "mpeg" | "lame" => "mp3",
        "m4a" | "mp4" | "he-aac" => "aac",
        word => nearest(word, Codec::ALL.map(Codec::word))?,
    };
    let codec = Codec::ALL.into_iter().find(|codec| codec.word() == word)?;
    let Some(rates) = codec.kilobits() else { return Some(word.to_owned()) };
    let digits: String = rest.chars().filter(char::is_ascii_digit).collect();
    let kilobits = digits.parse::<u32>().unwrap_or(codec.kilobits_usual());
    let kilobits = if kilobits >= 8000 { kilobits / 1000 } else { kilobits };
    Some(format!("{word} {}k", rates.nearest(kilobits)))
}

/// A year, or two with a hyphen between: the first and the last, both included.
pub(super) fn years(text: &str) -> Result<(i16, i16), Fault> {
    let year = |digits: &str| {
        let plain = digits.len() == 4 && digits.bytes().all(|b| b.is_ascii_digit());
        plain.then(|| digits.parse::<i16>().ok())?
    };
    let fault = || Fault::new(Code::BadYear, format!("`{}` is not a year or a range of years", shown(text)));
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    match (year(first), year(last)) {
        (Some(first), Some(last)) if first <= last => Ok((first, last)),
        (Some(first), Some(last)) => {
            Err(fault().help(format!("the earlier year comes first: `{last}-{first}`")))
        }
        _ => Err(fault().help("write years in four digits: `1984` or `1980-1989`")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_numbers_and_units() {
        for (text, expected) in [
            ("45s", Ok(45_000)),
            ("3m", Ok(180_000)),
            ("1h30m", Ok(5_400_000)),
            ("500ms", Ok(500)),
            ("2s500ms", Ok(2500)),
            ("2d", Ok(172_800_000)),
            ("0s", Ok(0)),
            ("3", Err("did you mean `3s`?")),
            ("3 seconds", Err("did you mean `3s`?")),
            ("3S", Err("did you mean `3s`?")),
            ("10min", Err("did you mean `10m`?")),
            ("1.5s", Err("did you mean `1500ms`?")),
            ("30m1h", Err("write a number and a unit without a space: 500ms, 45s, 3m, 1h30m, 2d")),
            ("soon", Err("write a number and a unit without a space: 500ms, 45s, 3m, 1h30m, 2d")),
            (
                "99999999999999999999s",
                Err("write a number and a unit without a space: 500ms, 45s, 3m, 1h30m, 2d"),
            ),
            ("", Err("write a number and a unit without a space: 500ms, 45s, 3m, 1h30m, 2d")),
            ("-3s", Err("write a number and a unit without a space: 500ms, 45s, 3m, 1h30m, 2d")),
        ] {
            let found = duration_ms(text).map_err(|fault| fault.help.unwrap_or_default());
            assert_eq!(found, expected.map_err(str::to_owned), "{text:?}");
        }
    }

    #[test]
    fn levels_are_numbers_and_units() {
        for (text, expected) in [
            ("-16 LUFS", Ok(-16.0)),
            ("-16.5 LUFS", Ok(-16.5)),
            ("-16", Err("did you mean `-16 LUFS`?")),
            ("-16LUFS", Err("did you mean `-16 LUFS`?")),
            ("-16 lufs", Err("did you mean `-16 LUFS`?")),
            ("-16 LKFS", Err("did you mean `-16 LUFS`?")),
            ("\u{2212}16 LUFS", Err("did you mean `-16 LUFS`?")),
            ("-16,5 LUFS", Err("did you mean `-16.5 LUFS`?")),
            ("loud", Err("write a number, a space and the unit, such as `-16 LUFS`")),
            ("", Err("write a number, a space and the unit, such as `-16 LUFS`")),
        ] {
            let found = level(text, &["LUFS"], "-16 LUFS").map_err(|fault| fault.help.unwrap_or_default());
            assert_eq!(found, expected.map_err(str::to_owned), "{text:?}");
        }
    }

    #[test]
    fn outputs_are_a_codec_and_a_bit_rate_that_it_can_have() {
        for (text, expected) in [
            ("opus 96k", Ok("opus-96")),
            ("mp3 320k", Ok("mp3-320")),
            ("flac", Ok("flac")),
            ("opus", Err("write for example `opus 96k`")),
            ("opus 96", Err("did you mean `opus 96k`?")),
            ("opus 96kbps", Err("did you mean `opus 96k`?")),
            ("AAC 128k", Err("did you mean `aac 128k`?")),
            ("mp3-128", Err("did you mean `mp3 128k`?")),
            ("mp3 100k", Err("the nearest is `mp3 96k`")),
            ("opus 8k", Err("the nearest is `opus 32k`")),
            ("aac 512k", Err("the nearest is `aac 256k`")),
            ("flac 900k", Err("write `flac` alone")),
            ("ogg 96k", Err("did you mean `opus 96k`?")),
            ("opus 96000", Err("did you mean `opus 96k`?")),
            ("opus 96k stereo", Err("did you mean `opus 96k`?")),
            (
                "wax cylinder",
                Err(
                    "write a codec, a space and a bit rate, such as `opus 96k`; codecs are opus, aac, mp3 and flac",
                ),
            ),
        ] {
            let found = output(text).map(|output| output.rendition());
            let found = found.map_err(|fault| fault.help.unwrap_or_default());
            assert_eq!(found, expected.map(str::to_owned).map_err(str::to_owned), "{text:?}");
        }
    }

    #[test]
    fn years_are_one_or_a_range() {
        for (text, expected) in [
            ("1984", Some((1984, 1984))),
            ("1980-1989", Some((1980, 1989))),
            ("1989-1980", None),
            ("84", None),
            ("1980s", None),
            ("", None),
        ] {
            assert_eq!(years(text).ok(), expected, "{text:?}");
        }
    }
}
