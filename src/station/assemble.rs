//! A tree whose words are known becomes a [`Station`]: every default filled in, every name resolved.
//!
//! In: the root of a tree. Out: the station, if nothing it can't do without is missing or wrong.

use super::fields::{Field, Fields};
use super::locale;
use super::nearest::nearest;
use super::node::{Entry, Node, Value};
use super::problem::Code;
use super::quantity::{did_you_mean, shown};
use super::reading::{OUTPUTS_MAX, PathRole};
use super::values::{Values, first_line};
use super::vocabulary::{CATEGORY, Form, SOUND, STATION, TRANSITION, TRANSITIONS, WHERE};
use super::{Category, Codec, Kind, Output, Rung, Sound, Station, Transition, Where};
use crate::units::{Bitrate, Dbtp, Frames, Lufs, StationId};
use std::sync::Arc;

/// The station that a tree describes, under a placeholder id. None if a part without a default is missing.
pub(super) fn station(root: &Node, values: &mut Values<'_, '_>) -> Option<Station> {
    let fields = values.fields(root, None, STATION, 0..0)?;
    let name = fields.get("name").and_then(|field| values.line(field));
    let tagline = fields.get("tagline").and_then(|field| values.line(field));
    let language = fields.get("language").and_then(|field| values.language(field));
    let genre = fields.get("genre").and_then(|field| values.line(field));
    let timezone = fields.get("timezone").and_then(|field| values.told(field, locale::timezone));
    let art = fields.get("art").and_then(|field| values.path(field, PathRole::Art));
    let website = fields.get("website").and_then(|field| values.told(field, locale::website));
    let pools = pools(&fields, values);
    let sound = fields.get("sound").map_or(Some(Sound::default()), |field| sound(field, values));
    let transition =
        fields.get("transitions").map_or(Some(Transition::default()), |field| transition(field, values));
    let fallback = fields.get("fallback").map_or(Some(Vec::new()), |field| fallback(field, &pools, values));
    let outputs = fields.get("outputs").map_or(Some(usual_outputs()), |field| outputs(field, values));
    let latency = fields.get("latency").map_or(Some(Default::default()), |field| values.choice(field));
    Some(Station {
        id: StationId::new("station").expect("a plain word is an id"),
        name: name?,
        tagline,
        language,
        genre,
        timezone: timezone?,
        art,
        website,
        categories: pools.categories,
        sound: sound?,
        transition: transition?,
        fallback: fallback?,
        outputs: outputs?,
        latency: latency?,
    })
}

const FLAC_LATER: &str =
    "`flac` is an output of station files, but this version of Longwave does not publish it yet";

/// What is encoded when the file doesn't say.
fn usual_outputs() -> Vec<Output> {
    [(Codec::Opus, 96), (Codec::Aac, 128), (Codec::Mp3, 128)]
        .map(|(codec, rate)| Output { codec, bitrate: Some(Bitrate::kilobits(rate)) })
        .to_vec()
}

/// The categories, and the names of those that could not be read or are not acted upon.
#[derive(Default)]
struct Pools {
    categories: Vec<Category>,
    left_out: Vec<String>,
    /// Whether one of those left out is so because of an error of its own.
    broken: bool,
}

fn pools(fields: &Fields<'_>, values: &mut Values<'_, '_>) -> Pools {
    let mut pools = Pools::default();
    match (fields.get("music"), fields.get("categories")) {
        (Some(music), Some(categories)) => {
            let (first, second) = match music.entry.key_span.start < categories.entry.key_span.start {
                true => (music, categories),
                false => (categories, music),
            };
            values
                .problems
                .error(
                    Code::MusicAndCategories,
                    second.entry.key_span.clone(),
                    "a station has `music` or `categories`, not both",
                )
                .related(first.entry.key_span.clone(), "the other one is here")
                .help("`music` is short for one category: add a category with `from:` this folder instead");
            pools.broken = true;
            categories_of(categories, &mut pools, values);
        }
        (Some(music), None) => match values.paths(music, PathRole::Source { songs: true }) {
            Some(from) => pools.categories.push(Category {
                name: "music".into(),
                from,
                filter: Where::default(),
                pick: Default::default(),
                kind: Default::default(),
            }),
            None => pools.broken = true,
        },
        (None, Some(categories)) => {
            categories_of(categories, &mut pools, values);
            let songs = pools.categories.iter().any(|category| category.kind == Default::default());
            if !songs && !pools.broken {
                values
                    .problems
                    .error(
                        Code::NoSongs,
                        categories.entry.key_span.clone(),
                        "no category holds songs, so there is nothing to play between the rest",
                    )
                    .help("add a category without `kind:`, or with `kind: song`");
            }
        }
        (None, None) if values.partial || fields.guesses(&["music", "categories"]) => {}
        (None, None) => {
            values
                .problems
                .error(Code::MissingKey, 0..0, "`music` is missing, or `categories`")
                .help("add a line such as `music: media/music`: a folder, relative to this file");
        }
    }
    pools
}

fn categories_of(field: Field<'_>, pools: &mut Pools, values: &mut Values<'_, '_>) {
    let Value::Map(entries) = &field.entry.value.value else {
        let message = format!(
            "`categories` takes names with words of their own, and this is {}",
            field.entry.value.what()
        );
        let span = first_line(values.text, &field.entry.value);
        values
            .problems
            .error(Code::WrongType, span, message)
            .help("write for example `categories: { gold: { from: media/gold } }`");
        pools.broken = true;
        return;
    };
    for entry in entries {
        let errors = values.problems.errors();
        match category(entry, values) {
            Some(category) => pools.categories.push(category),
            None => {
                pools.left_out.push(entry.key.clone());
                pools.broken |= values.problems.errors() > errors;
            }
        }
    }
}

/// A category; none if it is broken or names only a podcast.
fn category(entry: &Entry, values: &mut Values<'_, '_>) -> Option<Category> {
    const NAME_CHARS_MAX: usize = 40;
    let name = &entry.key;
    let letters = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
    let named = name.chars().all(letters) && name.chars().count() <= NAME_CHARS_MAX;
    if !named {
        values
            .problems
            .error(
                Code::BadCategoryName,
                entry.key_span.clone(),
                format!("`{}` can't name a category", shown(name)),
            )
            .help(format!("use letters, digits, `-` and `_`, at most {NAME_CHARS_MAX} of them"));
    }
    // A folder alone is the likeliest short form that someone tries.
    if let Value::Scalar(scalar) = &entry.value.value {
        let value = if scalar.text.is_empty() { "media/music" } else { scalar.text.as_str() };
        values
            .problems
            .error(
                Code::WrongType,
                entry.value.span.clone(),
                format!("the category `{}` takes words of its own", shown(name)),
            )
            .help(format!("write `{}: {{ from: {} }}`", shown(name), shown(value)));
        return None;
    }
    let fields = values.fields(&entry.value, Some(name), CATEGORY, entry.key_span.clone())?;
    let kind = fields.get("kind").map_or(Some(Default::default()), |field| values.choice(field));
    let songs = kind.is_none_or(|kind: Kind| kind == Default::default());
    let pick = fields.get("pick").map_or(Some(Default::default()), |field| values.choice(field));
    let filter = fields.get("where").map_or(Some(Where::default()), |field| filter(field, values));
    let Some(from) = fields.get("from") else {
        if !values.partial && fields.get("podcast").is_none() && !fields.guesses(&["from"]) {
            values
                .problems
                .error(
                    Code::MissingKey,
                    entry.key_span.clone(),
                    format!("the category `{}` doesn't say where its items are", shown(name)),
                )
                .help("add `from:` and a folder, such as `from: media/music/gold`");
        }
        return None;
    };
    let from = values.paths(from, PathRole::Source { songs });
    let category =
        Category { name: name.as_str().into(), from: from?, filter: filter?, pick: pick?, kind: kind? };
    named.then_some(category)
}

fn filter(field: Field<'_>, values: &mut Values<'_, '_>) -> Option<Where> {
    let fields = values.fields(&field.entry.value, Some("where"), WHERE, field.entry.key_span.clone())?;
    let genre = fields.get("genre").map_or(Some(Vec::new()), |field| values.texts(field));
    let artist = fields.get("artist").map_or(Some(Vec::new()), |field| values.texts(field));
    let album = fields.get("album").map_or(Some(Vec::new()), |field| values.texts(field));
    let year = match fields.get("year") {
        Some(field) => Some(values.years(field)?),
        None => None,
    };
    Some(Where { genre: genre?, artist: artist?, album: album?, year })
}

fn sound(field: Field<'_>, values: &mut Values<'_, '_>) -> Option<Sound> {
    let fields = values.fields(&field.entry.value, Some("sound"), SOUND, field.entry.key_span.clone())?;
    let usual = Sound::default();
    let loudness = fields.get("loudness").map_or(Some(usual.loudness), |field| values.level(field).map(Lufs));
    let true_peak =
        fields.get("true_peak").map_or(Some(usual.true_peak), |field| values.level(field).map(Dbtp));
    Some(Sound { loudness: loudness?, true_peak: true_peak? })
}

fn transition(field: Field<'_>, values: &mut Values<'_, '_>) -> Option<Transition> {
    let at = field.entry.key_span.clone();
    let fields = values.fields(&field.entry.value, Some("transitions"), TRANSITIONS, at)?;
    let usual = Transition::default();
    let Some(field) = fields.get("default") else { return Some(usual) };
    let at = field.entry.key_span.clone();
    let fields = values.fields(&field.entry.value, Some("default"), TRANSITION, at)?;
    let crossfade = match fields.get("crossfade") {
        Some(field) => values.duration_ms(field).map(frames_of_ms),
        None => Some(usual.crossfade),
    };
    let cue = fields.get("cue").map_or(Some(usual.cue), |field| values.choice(field));
    Some(Transition { crossfade: crossfade?, cue: cue? })
}

/// 48 frames a millisecond, exactly.
fn frames_of_ms(ms: u64) -> Frames {
    Frames(i64::try_from(ms).expect("the table bounds durations") * 48)
}

fn fallback(field: Field<'_>, pools: &Pools, values: &mut Values<'_, '_>) -> Option<Vec<Rung>> {
    let items = values.items(field)?;
    let mut rungs = Vec::new();
    let mut whole = true;
    for item in items {
        let Some(text) = values.item(field, item) else {
            whole = false;
            continue;
        };
        if let Some(category) = pools.categories.iter().find(|category| *category.name == *text) {
            rungs.push(Rung::Category(Arc::clone(&category.name)));
        } else if pools.left_out.contains(&text) {
            // Why it is left out is told where it stands.
        } else if text.contains(['/', '\\', '.', '~']) {
            match values.path_of(field, &text, item, PathRole::Rung) {
                Some(path) => rungs.push(Rung::File(path)),
                None => whole = false,
            }
        } else {
            whole = false;
            let names = pools.categories.iter().map(|category| &*category.name);
            let message = format!("there is no category `{}`", shown(&text));
            let told = values.problems.error(Code::UnknownCategory, item.span.clone(), message);
            match nearest(&text, names) {
                Some(guess) => told.help(did_you_mean(guess)),
                None => told.help(format!("for a file of this name, write `./{}`", shown(&text))),
            };
        }
    }
    whole.then_some(rungs)
}

fn outputs(field: Field<'_>, values: &mut Values<'_, '_>) -> Option<Vec<Output>> {
    assert!(matches!(field.word.form, Form::Outputs), "the table says outputs");
    let items = values.items(field)?;
    let mut outputs: Vec<(Output, &Node)> = Vec::new();
    let mut whole = true;
    for item in items {
        let Some(output) = values.output(field, item) else {
            whole = false;
            continue;
        };
        if let Some((_, first)) = outputs.iter().find(|(other, _)| *other == output) {
            whole = false;
            values
                .problems
                .error(Code::DuplicateOutput, item.span.clone(), "this output is there already")
                .related(first.span.clone(), "first written here")
                .help("keep one of the two");
            continue;
        }
        outputs.push((output, item));
    }
    if outputs.len() > OUTPUTS_MAX {
        whole = false;
        let span = outputs[OUTPUTS_MAX].1.span.clone();
        values
            .problems
            .error(Code::OutOfRange, span, format!("a station has at most {OUTPUTS_MAX} outputs"))
            .help("each one costs processor time around the clock; two or three reach every listener");
    }
    outputs.retain(|(output, item)| {
        let published = output.codec != Codec::Flac;
        if !published {
            values
                .problems
                .warn(Code::NotYet, item.span.clone(), FLAC_LATER)
                .help("the station airs with its other outputs");
        }
        published
    });
    let outputs: Vec<Output> = outputs.into_iter().map(|(output, _)| output).collect();
    // With FLAC alone there would be nothing to hear: the usual ones stand in.
    let outputs = if outputs.is_empty() { usual_outputs() } else { outputs };
    whole.then_some(outputs)
}
