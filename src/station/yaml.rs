//! A text as a tree of nodes, or what its YAML got wrong.
//!
//! In: the text of a file. Out: its tree, as much of it as could be read, and the problems met. When the grammar
//! is broken, each block of the file (a word at the left margin with all below it) is read by itself, so that one
//! slip hides nothing of the rest.
//! Never: goes deeper than [`DEPTH_MAX`] or keeps more than [`NODES_MAX`] nodes, aliases counted in full.
//! Spec: YAML 1.2.2; merge keys (`<<`) as YAML 1.1 has them.

use super::node::{Entry, Node, Scalar, Value};
use super::problem::{Code, Problems};
use super::syntax;
use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, StrInput};
use std::collections::HashMap;
use std::ops::Range;

/// Bytes of a station file; a longer one is refused unread. The longest imaginable one is a tenth of it.
pub const BYTES_MAX: usize = 256 * 1024;
/// Levels of maps and lists within each other; deeper ones are refused.
pub const DEPTH_MAX: usize = 24;
/// Nodes of a tree, with every alias counted as what it stands for; more are refused.
pub const NODES_MAX: usize = 20_000;

/// What was read of a text.
pub(super) struct Tree {
    /// The first document's root; none if nothing is written.
    pub root: Option<Node>,
    /// Whether something is missing because it could not be read.
    pub partial: bool,
}

/// Reads a text, which may begin with a byte order mark.
pub(super) fn parse(text: &str, problems: &mut Problems) -> Tree {
    if text.len() > BYTES_MAX {
        let kilobytes = BYTES_MAX / 1024;
        problems
            .error(Code::TooLarge, 0..0, format!("this file is larger than {kilobytes} kB"))
            .help("a station file has a few kilobytes; is this one?");
        return Tree { root: None, partial: true };
    }
    let start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let all = start..text.len();
    match document(text, all.clone(), problems) {
        Ok(root) => Tree { root, partial: false },
        Err(Stop::Refused) => Tree { root: None, partial: true },
        Err(Stop::Broken(broken)) => {
            Tree { root: Some(block_by_block(text, all, broken, problems)), partial: true }
        }
    }
}

/// Reads each block of a broken text by itself and tells what is wrong with those that are broken.
fn block_by_block(text: &str, all: Range<usize>, broken: Broken, problems: &mut Problems) -> Node {
    let blocks = blocks(text, all.clone());
    let mut entries: Vec<Entry> = Vec::new();
    let mut any_broken = false;
    for block in blocks {
        // What else the block's own reading finds is of use only if the block can be read.
        let mut of_block = Problems::default();
        match document(text, block.clone(), &mut of_block) {
            Ok(Some(Node { value: Value::Map(found), .. })) => {
                document(text, block, problems).ok();
                for entry in found {
                    add_entry(&mut entries, entry, problems);
                }
            }
            Ok(None) => {}
            // An anchor of another block is unknown here only because the blocks were parted.
            Err(Stop::Broken(inner)) if inner.names_anchor_of(text) => {}
            Err(Stop::Broken(inner)) => {
                any_broken = true;
                syntax::tell(text, block, inner.at, &inner.info, problems);
            }
            Ok(Some(node)) => {
                any_broken = true;
                syntax::tell_no_map(text, &node, problems);
            }
            Err(Stop::Refused) => {
                any_broken = true;
                document(text, block, problems).ok();
            }
        }
    }
    if !any_broken {
        syntax::tell(text, all.clone(), broken.at, &broken.info, problems);
    }
    Node { span: all, value: Value::Map(entries) }
}

/// The blocks of a text: each begins with a line that begins at the left margin.
fn blocks(text: &str, all: Range<usize>) -> Vec<Range<usize>> {
    let mut starts = vec![all.start];
    let mut at = all.start;
    for line in text[all.clone()].split_inclusive('\n') {
        let continues = line.starts_with([' ', '\t', '#', '\r', '\n', ']', '}', '-']);
        if !continues && at > all.start {
            starts.push(at);
        }
        at += line.len();
    }
    let ends = starts.iter().skip(1).copied().chain([all.end]).collect::<Vec<_>>();
    starts.into_iter().zip(ends).map(|(start, end)| start..end).collect()
}

/// A breach of the grammar.
struct Broken {
    /// In bytes of the whole text.
    at: usize,
    info: String,
}

impl Broken {
    /// Whether it is an alias whose anchor was not met, though the text has it somewhere.
    fn names_anchor_of(&self, text: &str) -> bool {
        let name =
            text[self.at..].strip_prefix('*').and_then(|rest| rest.split([' ', '\n', '\r', ',']).next());
        self.info.contains("unknown anchor") && name.is_some_and(|name| text.contains(&format!("&{name}")))
    }
}

/// Why reading stopped.
enum Stop {
    /// The grammar is broken; not told yet.
    Broken(Broken),
    /// A limit was met, and told.
    Refused,
}

/// Reads the first document of a stretch of the text.
fn document(text: &str, stretch: Range<usize>, problems: &mut Problems) -> Result<Option<Node>, Stop> {
    let part = &text[stretch.clone()];
    let offsets = Offsets::of(part, stretch.start);
    let mut parser = Parser::new_from_str(part);
    let mut builder = Builder { text, problems, open: Vec::new(), anchors: HashMap::new(), nodes: 0 };
    let mut root: Option<Node> = None;
    let mut documents = 0;
    while let Some((event, span)) = next(&mut parser, &offsets)? {
        match event {
            Event::DocumentStart(_) => {
                documents += 1;
                if documents == 2 {
                    builder
                        .problems
                        .error(Code::SecondDocument, span, "a second document begins here")
                        .label("`---` begins a new document")
                        .help("a file holds one station: move this one to its own file, or remove the line");
                    return Ok(root);
                }
            }
            Event::StreamEnd => break,
            event => {
                if let Some(node) = builder.take(event, span)? {
                    root = Some(node);
                }
            }
        }
    }
    // A document without a word in it is one empty scalar.
    let blank = |node: &Node| node.span.is_empty() && matches!(&node.value, Value::Scalar(s) if s.plain);
    Ok(root.filter(|node| !blank(node)))
}

fn next<'t>(
    parser: &mut Parser<'t, StrInput<'t>>,
    offsets: &Offsets,
) -> Result<Option<(Event<'t>, Range<usize>)>, Stop> {
    match parser.next_event() {
        None => Ok(None),
        Some(Ok((event, span))) => {
            let start = offsets.byte(span.start.index());
            Ok(Some((event, start..offsets.byte(span.end.index()).max(start))))
        }
        Some(Err(error)) => Err(Stop::Broken(broken(&error, offsets))),
    }
}

fn broken(error: &ScanError, offsets: &Offsets) -> Broken {
    Broken { at: offsets.byte(error.marker().index()), info: error.info().to_owned() }
}

/// From the parser's characters to bytes of the whole text.
struct Offsets {
    base: usize,
    length: usize,
    /// Where each character begins; none if each is one byte.
    bytes: Option<Vec<usize>>,
}

impl Offsets {
    fn of(part: &str, base: usize) -> Self {
        let bytes = (!part.is_ascii()).then(|| part.char_indices().map(|(at, _)| at).collect());
        Self { base, length: part.len(), bytes }
    }
    fn byte(&self, character: usize) -> usize {
        let within = match &self.bytes {
            Some(bytes) => bytes.get(character).copied().unwrap_or(self.length),
            None => character.min(self.length),
        };
        self.base + within
    }
}

/// A list or map whose end has not come yet.
struct Open {
    start: usize,
    /// Where the last thing within it ends.
    end: usize,
    anchor: usize,
    kind: OpenKind,
}

enum OpenKind {
    List(Vec<Node>),
    Map {
        entries: Vec<Entry>,
        /// A key that waits for its value; within, none for a key that is no word.
        key: Option<Option<(String, Range<usize>)>>,
        /// What `<<` brings, in order.
        merged: Vec<Node>,
    },
}

struct Builder<'t, 'p> {
    text: &'t str,
    problems: &'p mut Problems,
    open: Vec<Open>,
    anchors: HashMap<usize, Node>,
    nodes: usize,
}

impl Builder<'_, '_> {
    /// Takes an event; gives the root when it is complete.
    fn take(&mut self, event: Event<'_>, span: Range<usize>) -> Result<Option<Node>, Stop> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let mut plain = style == ScalarStyle::Plain;
                if let Some(tag) = tag {
                    if tag.is_yaml_core_schema() && tag.suffix == "str" {
                        plain = false;
                    } else {
                        self.refuse_tag(span.clone());
                    }
                }
                let end = span.start + self.text[span.clone()].trim_end().len();
                let node =
                    Node { span: span.start..end, value: Value::Scalar(Scalar { text: text.into(), plain }) };
                self.complete(node, anchor, 1)
            }
            Event::SequenceStart(anchor, tag) => {
                if tag.is_some() {
                    self.refuse_tag(span.clone());
                }
                self.begin(span, anchor, OpenKind::List(Vec::new()))
            }
            Event::MappingStart(anchor, tag) => {
                if tag.is_some() {
                    self.refuse_tag(span.clone());
                }
                let kind = OpenKind::Map { entries: Vec::new(), key: None, merged: Vec::new() };
                self.begin(span, anchor, kind)
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let open = self.open.pop().expect("the parser ends only what it began");
                // Brackets have an end of their own; blocks end with the last thing in them.
                let bracketed = self.text[..span.end].ends_with([']', '}']) && span.end > open.end;
                let end = if bracketed { span.end } else { open.end };
                let value = match open.kind {
                    OpenKind::List(items) => Value::List(items),
                    OpenKind::Map { entries, merged, .. } => Value::Map(self.merge(entries, merged)),
                };
                let start = open.start;
                self.complete(Node { span: start..end.max(start), value }, open.anchor, 1)
            }
            Event::Alias(anchor) => {
                let Some(node) = self.anchors.get(&anchor).cloned() else {
                    self.problems
                        .error(Code::OddYaml, span, "this alias stands within what it stands for")
                        .help("write the words out instead");
                    return Err(Stop::Refused);
                };
                let (size, depth) = measure(&node);
                if self.open.len() + depth > DEPTH_MAX {
                    return Err(self.too_deep(span));
                }
                // Problems of what it stands for are told where that is written.
                self.charge(size, &span)?;
                self.complete(node, 0, 0)
            }
            Event::Nothing
            | Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(_)
            | Event::DocumentEnd => Ok(None),
        }
    }

    fn begin(&mut self, span: Range<usize>, anchor: usize, kind: OpenKind) -> Result<Option<Node>, Stop> {
        if self.open.len() >= DEPTH_MAX {
            return Err(self.too_deep(span));
        }
        self.open.push(Open { start: span.start, end: span.end, anchor, kind });
        Ok(None)
    }

    fn too_deep(&mut self, span: Range<usize>) -> Stop {
        self.problems
            .error(Code::TooLarge, span, format!("this is more than {DEPTH_MAX} levels deep"))
            .help("no word of a station file is that deep; is this a station file?");
        Stop::Refused
    }

    fn charge(&mut self, size: usize, span: &Range<usize>) -> Result<(), Stop> {
        self.nodes += size;
        if self.nodes > NODES_MAX {
            self.problems
                .error(Code::TooLarge, span.clone(), format!("this file holds more than {NODES_MAX} values"))
                .help("aliases count as what they stand for; a station file has a few hundred values");
            return Err(Stop::Refused);
        }
        Ok(())
    }

    fn refuse_tag(&mut self, span: Range<usize>) {
        self.problems
            .error(
                Code::OddYaml,
                span,
                "a text that begins with `!` is a YAML tag, which station files don't have",
            )
            .help("if it is meant as a text, put it in quotes");
    }

    /// Puts a finished node where it belongs; gives it back if it is the root.
    fn complete(&mut self, node: Node, anchor: usize, size: usize) -> Result<Option<Node>, Stop> {
        self.charge(size, &node.span)?;
        if anchor > 0 {
            self.anchors.insert(anchor, node.clone());
        }
        let Some(open) = self.open.last_mut() else { return Ok(Some(node)) };
        open.end = open.end.max(node.span.end);
        match &mut open.kind {
            OpenKind::List(items) => items.push(node),
            OpenKind::Map { entries, key, merged } => match key.take() {
                None => *key = Some(as_key(node, self.problems)),
                Some(None) => {}
                Some(Some((word, _))) if word == "<<" => merged.push(node),
                Some(Some((word, key_span))) => {
                    let mut value = node;
                    // A missing value stands after its key, wherever the parser noticed that it is missing.
                    if value.span.is_empty() {
                        value.span = key_span.clone();
                    }
                    add_entry(entries, Entry { key: word, key_span, value }, self.problems);
                }
            },
        }
        Ok(None)
    }

    /// Adds the entries that `<<` brings; those written out win, then the earlier merged ones.
    fn merge(&mut self, mut entries: Vec<Entry>, merged: Vec<Node>) -> Vec<Entry> {
        for node in merged {
            let maps = match node.value {
                Value::List(items) => items,
                _ => vec![node],
            };
            for map in maps {
                let Value::Map(more) = map.value else {
                    self.problems
                        .error(Code::OddYaml, map.span, "`<<` takes a group of words, such as `*name`")
                        .help("write the words out instead");
                    continue;
                };
                for entry in more {
                    if entries.iter().all(|own| own.key != entry.key) {
                        entries.push(entry);
                    }
                }
            }
        }
        entries
    }
}

/// A node as a key: a text.
fn as_key(node: Node, problems: &mut Problems) -> Option<(String, Range<usize>)> {
    match node.value {
        Value::Scalar(scalar) if !scalar.text.is_empty() => Some((scalar.text, node.span)),
        _ => {
            problems
                .error(Code::OddYaml, node.span, "a word is expected before the colon")
                .help("write `word: value`; a text with brackets or braces in it needs quotes");
            None
        }
    }
}

/// Adds an entry, unless its key is there already.
fn add_entry(entries: &mut Vec<Entry>, entry: Entry, problems: &mut Problems) {
    let Some(first) = entries.iter().find(|other| other.key == entry.key) else {
        entries.push(entry);
        return;
    };
    let word = super::quantity::shown(&entry.key);
    problems
        .error(Code::DuplicateKey, entry.key_span, format!("`{word}` is written twice"))
        .label("again here")
        .related(first.key_span.clone(), "first written here")
        .help("keep one of the two");
}

/// How many nodes a tree has, and how many levels.
fn measure(node: &Node) -> (usize, usize) {
    let within: Vec<(usize, usize)> = match &node.value {
        Value::Scalar(_) => return (1, 0),
        Value::List(items) => items.iter().map(measure).collect(),
        Value::Map(entries) => entries.iter().map(|entry| measure(&entry.value)).collect(),
    };
    let keys = if matches!(node.value, Value::Map(_)) { within.len() } else { 0 };
    let size = within.iter().map(|(size, _)| size).sum::<usize>();
    let depth = within.iter().map(|(_, depth)| *depth).max().unwrap_or(0);
    (1 + keys + size, 1 + depth)
}
