//! Breaches of YAML's grammar, in words for someone who has never heard of it.
//!
//! In: the block of the text that can't be read, where the parser gave up and what it said. Out: the problem as
//! its writer would see it: the tab, the colon, the quote or the bracket that caused it.

use super::node::{Node, Value};
use super::problem::{Code, Problems};
use super::quantity::shown;
use super::vocabulary;
use std::ops::Range;

/// Tells what is wrong with a block that could not be read.
pub(super) fn tell(text: &str, block: Range<usize>, at: usize, info: &str, problems: &mut Problems) {
    let block_start = block.start;
    let lines = || lines_of(text, block.clone());
    let at = at.clamp(block.start, block.end);
    let line = lines().find(|line| line.start <= at && at <= line.end).unwrap_or(at..at);
    let here = character(text, at);

    let tabbed: Vec<Range<usize>> = lines().filter_map(|line| leading_tab(text, line)).collect();
    if !tabbed.is_empty() {
        for tab in tabbed {
            problems
                .error(Code::Tab, tab, "a tab begins this line, and YAML knows only spaces there")
                .label("a tab")
                .help("put two spaces in place of each tab");
        }
        return;
    }
    if info.contains("end of stream") || info.contains("in quoted scalar") && opens_quote(text, at) {
        problems
            .error(Code::Unclosed, here, "this quote is never closed")
            .label("it opens here")
            .help("put the same quote at the end of the text");
        return;
    }
    if info.contains("unknown anchor") {
        problems.error(Code::NeedsQuotes, here, "a text that begins with `*` needs quotes").help(
            "write it as \"*…\": without quotes, `*` refers to an anchor, and there is none of this name",
        );
        return;
    }
    if info.contains("trailing content") {
        problems.error(Code::NeedsQuotes, here, "there is more text after the closing quote").help(
            "put the whole text in quotes, and use the other kind of quote inside: 'The \"Best\" Songs'",
        );
        return;
    }
    if info.contains("unexpected character") {
        let character = &text[here.clone()];
        problems
            .error(
                Code::NeedsQuotes,
                here.clone(),
                format!("a text that begins with `{character}` needs quotes"),
            )
            .help("put the whole text in double quotes");
        return;
    }
    if let Some(bracket) = unclosed_bracket(text, block.clone()) {
        let (open, close) = if text[bracket.clone()].starts_with('[') { ("[", "]") } else { ("{", "}") };
        let open_line_end = lines().find(|line| line.contains(&bracket.start)).map_or(at, |line| line.end);
        let told = problems.error(Code::Unclosed, bracket, format!("this `{open}` is never closed"));
        told.label("it opens here").help(format!("put a `{close}` at the end of it"));
        if at > open_line_end && at < block.end {
            told.related(here, "still within it here");
        }
        return;
    }
    if info.contains("misplaced bracket") {
        let bracket = &text[here.clone()];
        problems
            .error(Code::Unclosed, here.clone(), format!("this `{bracket}` closes nothing"))
            .help("remove it, or put the text in quotes if it belongs to one");
        return;
    }
    if let Some(colon) = lines().filter(|line| line.start <= at).find_map(|line| missing_space(text, line)) {
        problems
            .error(Code::MissingSpace, colon, "a space is missing after this colon")
            .help("write `word: value`");
        return;
    }
    if info.contains("mapping values are not allowed") || info.contains("illegal placement of ':'") {
        let before = &text[line.start..at.max(line.start)];
        if before.contains(": ") || before.contains(['[', '{']) {
            let told =
                problems.error(Code::NeedsQuotes, here, "a colon and a space within a text need quotes");
            told.label("this colon").help("put the whole text in double quotes");
            if !vocabulary::hints_at_secret(&text[line.clone()]) {
                told.help(format!("write \"{}\"", shown(value_of(text, line))));
            }
        } else {
            indentation(text, line, block_start, problems);
        }
        return;
    }
    if info.contains("expected ',' or") {
        problems
            .error(Code::Syntax, here, "a comma or the closing bracket is missing before this")
            .help("write lists as `[one, two]` and groups as `{ word: value, word: value }`");
        return;
    }
    let at_margin = text[line.clone()].starts_with(|c: char| !c.is_whitespace());
    if info.contains("expected ':'") || info.contains("simple key") && at_margin {
        no_colon(text, line, problems);
        return;
    }
    if info.contains("expected key") || info.contains("'-' indicator") || info.contains("indentation") {
        indentation(text, line, block_start, problems);
        return;
    }
    problems
        .error(Code::Syntax, here, format!("YAML can't be read from here: {info}"))
        .help("compare it with the lines above; a text with unusual characters needs quotes");
}

/// Tells that a block is not `word: value`.
pub(super) fn tell_no_map(text: &str, node: &Node, problems: &mut Problems) {
    let line = lines_of(text, node.span.clone()).next().unwrap_or(node.span.clone());
    match &node.value {
        Value::Scalar(_) => match missing_space(text, line.clone()) {
            Some(colon) => {
                problems
                    .error(Code::MissingSpace, colon, "a space is missing after this colon")
                    .help("write `word: value`");
            }
            None => no_colon(text, line, problems),
        },
        Value::List(_) | Value::Map(_) => {
            problems
                .error(
                    Code::WrongType,
                    line,
                    format!("a station file is made of `word: value` lines, and this is {}", node.what()),
                )
                .help("begin with `name:`, `timezone:` and `music:`");
        }
    }
}

fn no_colon(text: &str, line: Range<usize>, problems: &mut Problems) {
    let span = trimmed(text, line);
    problems
        .error(Code::Syntax, span, "this line is not `word: value`")
        .help("put a colon and a space after the word; a comment begins with `#`");
}

fn indentation(text: &str, line: Range<usize>, block_start: usize, problems: &mut Problems) {
    let span = trimmed(text, line);
    let first = lines_of(text, block_start..text.len()).next().map(|line| trimmed(text, line));
    let told =
        problems.error(Code::Indentation, span.clone(), "this line doesn't line up with those above it");
    told.help(
        "lines that belong together begin in the same column; what belongs to a word, two spaces deeper",
    );
    if let Some(first) = first
        && first.end <= span.start
    {
        told.related(first, "it belongs to this");
    }
}

/// The lines of a stretch, without their ends.
fn lines_of(text: &str, stretch: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    let mut at = stretch.start;
    text[stretch].split_inclusive('\n').map(move |line| {
        let start = at;
        at += line.len();
        start..start + line.trim_end_matches(['\n', '\r']).len()
    })
}

/// A line without the spaces around it; never empty unless the line is.
fn trimmed(text: &str, line: Range<usize>) -> Range<usize> {
    let found = &text[line.clone()];
    let start = line.start + (found.len() - found.trim_start().len());
    start..(line.start + found.trim_end().len()).max(start)
}

/// The character at a place, or the one before the line's end.
fn character(text: &str, at: usize) -> Range<usize> {
    at..at + text[at..].chars().next().filter(|&c| c != '\n' && c != '\r').map_or(0, char::len_utf8)
}

fn opens_quote(text: &str, at: usize) -> bool {
    text[at..].starts_with(['"', '\''])
}

/// The first tab among the blanks that begin a line which says something.
fn leading_tab(text: &str, line: Range<usize>) -> Option<Range<usize>> {
    let found = &text[line.clone()];
    let blanks = found.len() - found.trim_start_matches([' ', '\t']).len();
    let says = !found.trim().is_empty() && !found.trim_start().starts_with('#');
    let tab = found[..blanks].find('\t').filter(|_| says)?;
    Some(line.start + tab..line.start + tab + 1)
}

/// The colon of `word:value`, if the word is one of ours.
fn missing_space(text: &str, line: Range<usize>) -> Option<Range<usize>> {
    let found = text[line.clone()].trim_start_matches([' ', '-']);
    let start = line.end - found.len();
    let (word, rest) = found.split_once(':')?;
    let ours = vocabulary::everywhere().any(|(_, known)| known.name == word);
    let colon = start + word.len();
    (ours && !rest.is_empty() && !rest.starts_with([' ', '\t'])).then_some(colon..colon + 1)
}

/// What stands after the first colon of a line, without a comment.
fn value_of(text: &str, line: Range<usize>) -> &str {
    let found = &text[line];
    let value = found.split_once(": ").map_or(found, |(_, value)| value);
    value.split(" #").next().unwrap_or(value).trim()
}

/// The last bracket or brace that a block opens and doesn't close, quotes and comments left aside.
fn unclosed_bracket(text: &str, block: Range<usize>) -> Option<Range<usize>> {
    let mut open: Vec<(usize, char)> = Vec::new();
    let mut quote: Option<char> = None;
    let mut comment = false;
    let mut before = '\n';
    for (at, c) in text[block.clone()].char_indices() {
        let after_blank = before.is_whitespace();
        match (c, quote) {
            ('\n', _) => comment = false,
            _ if comment => {}
            ('#', None) if after_blank => comment = true,
            (c, Some(open_quote)) if c == open_quote => quote = None,
            (_, Some(_)) => {}
            // An apostrophe within a word is no quote.
            ('"' | '\'', None) if after_blank || "[{,:".contains(before) => quote = Some(c),
            ('[' | '{', None) if !open.is_empty() || after_blank => open.push((at, c)),
            (']', None) if open.last().is_some_and(|&(_, c)| c == '[') => drop(open.pop()),
            ('}', None) if open.last().is_some_and(|&(_, c)| c == '{') => drop(open.pop()),
            _ => {}
        }
        before = c;
    }
    open.last().map(|&(at, _)| block.start + at..block.start + at + 1)
}
