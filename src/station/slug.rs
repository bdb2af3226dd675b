//! The id that a name suggests: `Rádio do Mar!` becomes `radio-do-mar`.

use crate::units::StationId;

/// Turns a name into an id; none if no letter or digit of it can be kept, or the id is one of the server's own.
pub fn slug(name: &str) -> Option<StationId> {
    const ID_BYTES_MAX: usize = 64;
    let mut slug = String::new();
    for c in name.chars().flat_map(char::to_lowercase) {
        let plain = plain(c);
        if plain.is_empty() {
            // An apostrophe parts no words: Lisa's Radio is lisas-radio.
            let parts = !matches!(c, '\'' | '\u{2019}' | '\u{300}'..='\u{36f}');
            if parts && !slug.is_empty() && !slug.ends_with('-') {
                slug.push('-');
            }
        } else {
            slug.push_str(plain.as_str());
        }
    }
    slug.truncate(ID_BYTES_MAX);
    StationId::new(slug.trim_end_matches('-')).ok()
}

/// A lower-case letter without what stands above, below or through it; empty for what is no Latin letter or digit.
fn plain(c: char) -> String {
    let letters = match c {
        'a'..='z' | '0'..='9' => return c.to_string(),
        'à' | 'á' | 'â' | 'ã' | 'å' | 'ā' | 'ă' | 'ą' => "a",
        'ä' | 'æ' => "ae",
        'ç' | 'ć' | 'č' | 'ĉ' => "c",
        'ď' | 'đ' | 'ð' => "d",
        'è' | 'é' | 'ê' | 'ë' | 'ē' | 'ė' | 'ę' | 'ě' => "e",
        'ğ' | 'ģ' | 'ĝ' => "g",
        'ì' | 'í' | 'î' | 'ï' | 'ī' | 'į' | 'ı' => "i",
        'ķ' => "k",
        'ĺ' | 'ļ' | 'ľ' | 'ł' => "l",
        'ñ' | 'ń' | 'ņ' | 'ň' => "n",
        'ò' | 'ó' | 'ô' | 'õ' | 'ō' | 'ő' | 'ø' => "o",
        'ö' | 'œ' => "oe",
        'ŕ' | 'ř' => "r",
        'ś' | 'š' | 'ş' | 'ș' | 'ŝ' => "s",
        'ß' => "ss",
        'ť' | 'ţ' | 'ț' => "t",
        'þ' => "th",
        'ù' | 'ú' | 'û' | 'ū' | 'ů' | 'ű' | 'ų' => "u",
        'ü' => "ue",
        'ý' | 'ÿ' => "y",
        'ź' | 'ž' | 'ż' => "z",
        _ => "",
    };
    letters.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_becomes_a_plain_word() {
        for (name, expected) in [
            ("Harbour Radio", Some("harbour-radio")),
            ("Rádio do Mar!", Some("radio-do-mar")),
            ("  Lisa's  104.6 -- FM ", Some("lisas-104-6-fm")),
            ("Grüße", Some("gruesse")),
            ("cafe\u{301}", Some("cafe")),
            ("東京", None),
            ("API", None),
            ("", None),
        ] {
            assert_eq!(slug(name).as_ref().map(StationId::as_str), expected, "{name:?}");
        }
        assert!(slug(&"long ".repeat(100)).is_some());
    }
}
