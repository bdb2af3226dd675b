//! Where a station is and what it speaks: time zones, language tags, web addresses.
//!
//! Spec: the IANA time zone database as bundled with jiff; RFC 5646 (BCP 47) for the form of tags.

use super::nearest::nearest;
use super::problem::Code;
use super::quantity::{Fault, did_you_mean, shown};
use jiff::tz::{TimeZone, TimeZoneDatabase};

/// The names of all time zones, in alphabetical order.
pub(super) fn timezone_names() -> Vec<String> {
    let mut names: Vec<String> =
        TimeZoneDatabase::bundled().available().map(|name| name.as_str().to_owned()).collect();
    names.retain(|name| name != "Etc/Unknown");
    names.sort();
    names
}

/// A time zone by its IANA name. Never looks at the machine's own database.
pub(super) fn timezone(text: &str) -> Result<TimeZone, Fault> {
    let zones = TimeZoneDatabase::bundled();
    if let Ok(zone) = zones.get(text)
        && zone.iana_name() == Some(text)
        && text != "Etc/Unknown"
    {
        return Ok(zone);
    }
    let names = timezone_names();
    let wanted = text.trim().replace(' ', "_");
    let city = |name: &&String| {
        name.rsplit('/').next().is_some_and(|city| {
            city.eq_ignore_ascii_case(wanted.rsplit(['/', ',']).next().unwrap_or_default())
        })
    };
    let guess = names
        .iter()
        .find(city)
        .map(String::as_str)
        .or_else(|| nearest(&wanted, names.iter().map(String::as_str)))
        .or_else(|| {
            let cities =
                names.iter().filter_map(|name| name.rsplit('/').next().filter(|city| city.len() > 3));
            let near = nearest(&wanted, cities)?;
            names.iter().map(String::as_str).find(|name| name.rsplit('/').next() == Some(near))
        });
    Err(Fault::new(Code::BadTimezone, format!("`{}` is not a time zone", shown(text)))
        .help("write a region and a city, such as `Europe/Lisbon` or `America/New_York`, or `UTC`")
        .perhaps(guess.map(did_you_mean)))
}

/// What people write for a language, and its tag.
const LANGUAGE_NAMES: [(&str, &str); 18] = [
    ("arabic", "ar"),
    ("chinese", "zh"),
    ("danish", "da"),
    ("deutsch", "de"),
    ("dutch", "nl"),
    ("english", "en"),
    ("español", "es"),
    ("finnish", "fi"),
    ("français", "fr"),
    ("french", "fr"),
    ("german", "de"),
    ("italian", "it"),
    ("japanese", "ja"),
    ("norwegian", "no"),
    ("polish", "pl"),
    ("portuguese", "pt"),
    ("spanish", "es"),
    ("swedish", "sv"),
];

/// A language tag such as `en` or `pt-BR`, in the case that RFC 5646 section 2.1.1 recommends.
pub(super) fn language(text: &str) -> Result<String, Fault> {
    let fault = Fault::new(Code::BadLanguage, format!("`{}` is not a language tag", shown(text)))
        .help("write the two letters of a language, such as `en`, perhaps with a country: `pt-BR`");
    if let Some((_, tag)) = LANGUAGE_NAMES.iter().find(|(name, _)| *name == text.to_lowercase()) {
        return Err(fault.help(did_you_mean(tag)));
    }
    if text.contains('_')
        && let Ok(tag) = language(&text.replace('_', "-"))
    {
        return Err(fault.help(did_you_mean(&tag)));
    }
    let mut tag = String::new();
    let mut after_singleton = false;
    for (index, part) in text.split('-').enumerate() {
        let alphanumeric = part.bytes().all(|b| b.is_ascii_alphanumeric());
        let alphabetic = part.bytes().all(|b| b.is_ascii_alphabetic());
        let fits = match index {
            0 => (2..=3).contains(&part.len()) && alphabetic,
            _ => (1..=8).contains(&part.len()) && alphanumeric,
        };
        if !fits {
            return Err(fault);
        }
        if index > 0 {
            tag.push('-');
        }
        match part.len() {
            2 if index > 0 && !after_singleton => tag.push_str(&part.to_ascii_uppercase()),
            4 if index > 0 && alphabetic && !after_singleton => {
                tag.push_str(&part[..1].to_ascii_uppercase());
                tag.push_str(&part[1..].to_ascii_lowercase());
            }
            _ => tag.push_str(&part.to_ascii_lowercase()),
        }
        after_singleton |= part.len() == 1;
    }
    // A singleton announces something: it can't end a tag.
    if text.rsplit('-').next().is_some_and(|part| part.len() == 1) {
        return Err(fault);
    }
    Ok(tag)
}

/// What is said of an address that lets its readers in.
pub(super) const ADDRESS_SECRET: &str =
    "this address has a name or a password in it, and secrets never live in station files";
/// What to do about it.
pub(super) const ADDRESS_SECRET_HELP: &str = "leave out what stands before the `@`";

/// The name and port of an address's host, and whoever is said to come there.
fn authority(after_scheme: &str) -> &str {
    after_scheme.split(['/', '?', '#']).next().unwrap_or_default()
}

/// Whether a text is an address with a name or a password in it.
pub(super) fn lets_in(text: &str) -> bool {
    text.split_once("://").is_some_and(|(_, rest)| authority(rest).contains('@'))
}

/// The address of a website: http or https, a host, nothing that a browser would refuse.
pub(super) fn website(text: &str) -> Result<String, Fault> {
    if lets_in(text) {
        return Err(Fault::new(Code::Secret, ADDRESS_SECRET).help(ADDRESS_SECRET_HELP));
    }
    let fault = Fault::new(Code::BadWebsite, format!("`{}` is not a web address", shown(text)));
    let Some(rest) = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")) else {
        let help = match text.contains("://") || text.is_empty() {
            true => "write an address that begins with https://".to_owned(),
            false => did_you_mean(&format!("https://{}", shown(text))),
        };
        return Err(fault.help(help));
    };
    let host = authority(rest);
    let name = host.split(':').next().unwrap_or_default();
    if name.is_empty()
        || text.chars().any(|c| c.is_whitespace() || c.is_control() || "<>\"`{}\\^|".contains(c))
    {
        return Err(fault.help("write an address such as https://harbour.example, without spaces"));
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_city_is_understood_as_a_time_zone() {
        for (text, expected) in [
            ("Europe/Lisbon", Ok("Europe/Lisbon")),
            ("europe/lisbon", Err("did you mean `Europe/Lisbon`?")),
            ("UTC", Ok("UTC")),
            ("Europe/Lisboa", Err("did you mean `Europe/Lisbon`?")),
            ("Lisbon", Err("did you mean `Europe/Lisbon`?")),
            ("New York", Err("did you mean `America/New_York`?")),
            (
                "Berlin, Germany",
                Err("write a region and a city, such as `Europe/Lisbon` or `America/New_York`, or `UTC`"),
            ),
            (
                "+01:00",
                Err("write a region and a city, such as `Europe/Lisbon` or `America/New_York`, or `UTC`"),
            ),
        ] {
            let found = timezone(text).map(|zone| zone.iana_name().unwrap_or_default().to_owned());
            let found = found.map_err(|fault| fault.help.unwrap_or_default());
            assert_eq!(found, expected.map(str::to_owned).map_err(str::to_owned), "{text:?}");
        }
    }

    #[test]
    fn language_tags_are_told_from_names_of_languages() {
        for (text, expected) in [
            ("en", Some("en")),
            ("pt-br", Some("pt-BR")),
            ("zh-hant-tw", Some("zh-Hant-TW")),
            ("no", Some("no")),
            ("de-x-fm", Some("de-x-fm")),
            ("english", None),
            ("en_US", None),
            ("e", None),
            ("en-", None),
            ("en-x", None),
            ("", None),
        ] {
            assert_eq!(language(text).ok().as_deref(), expected, "{text:?}");
        }
        assert_eq!(language("English").expect_err("a name").help.as_deref(), Some("did you mean `en`?"));
        assert_eq!(language("en_US").expect_err("no hyphen").help.as_deref(), Some("did you mean `en-US`?"));
    }

    #[test]
    fn a_website_has_a_scheme_and_a_host_and_no_password() {
        for (text, expected) in [
            ("https://harbour.example", None),
            ("http://harbour.example:8080/a?b#c", None),
            ("harbour.example", Some(Code::BadWebsite)),
            ("ftp://harbour.example", Some(Code::BadWebsite)),
            ("https://", Some(Code::BadWebsite)),
            ("https://a b", Some(Code::BadWebsite)),
            ("https://lisa:pass@harbour.example", Some(Code::Secret)),
        ] {
            assert_eq!(website(text).err().map(|fault| fault.code), expected, "{text:?}");
        }
    }
}
