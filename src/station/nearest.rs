//! "Did you mean": the word that someone most likely wanted.

/// The candidate nearest to a word, if one is near enough to be worth a guess.
///
/// Case does not count; an exact match but for case always wins. Of equally near ones the first is taken.
pub fn nearest<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    // A word longer than any of ours is no slip of the fingers, and comparing takes length by length steps.
    const WORD_CHARS_MAX: usize = 80;
    let word = word.to_lowercase();
    let length = word.chars().count();
    if length == 0 || length > WORD_CHARS_MAX {
        return None;
    }
    let slips = match length {
        1..=3 => 1,
        4..=5 => 2,
        _ => 1 + length / 4,
    };
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&word, &candidate.to_lowercase()), candidate))
        // Fewer slips than the word has letters, or anything would do.
        .filter(|&(distance, _)| distance <= slips && distance < length)
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_understood_and_another_word_is_not() {
        let words = ["name", "timezone", "music", "categories", "outputs", "art"];
        for (word, expected) in [
            ("nmae", Some("name")),
            ("Name", Some("name")),
            ("time_zone", Some("timezone")),
            ("timezoen", Some("timezone")),
            ("catagories", Some("categories")),
            ("output", Some("outputs")),
            ("banana", None),
            ("", None),
            ("x", None),
        ] {
            assert_eq!(nearest(word, words), expected, "{word:?}");
        }
    }
}
