//! What a curator writes: a station file as YAML becomes a [`Station`], or every problem at once.
//!
//! A text becomes a tree that knows its places (`yaml`, `node`), the tree is held against the table of words
//! ([`vocabulary`]; `fields`, `values`), and what fits becomes the [`model`] (`assemble`, `reading`). [`schema`] tells editors the same table,
//! [`diagnostic`] shows problems, [`paths`] asks a caller whether what a file names is there.
//!
//! Never: opens a file. Whether folders and art exist is asked of a caller.

mod assemble;
pub mod diagnostic;
mod fields;
mod locale;
pub mod model;
mod nearest;
mod node;
pub mod paths;
pub mod problem;
mod quantity;
mod reading;
pub mod schema;
mod slug;
mod syntax;
mod values;
pub mod vocabulary;
pub mod write;
mod yaml;

pub use model::{Category, Codec, Cue, Kind, Output, Pick, Rung, Sound, Station, Transition, Where};
pub use nearest::nearest;
pub use paths::{Found, check_paths};
pub use problem::{Code, Place, Problem, Severity};
pub use quantity::Kilobits;
pub use reading::{OUTPUTS_MAX, PathRole, PathUse, Reading, read, read_bytes, same_ids};
pub use slug::slug;
pub use yaml::{BYTES_MAX, DEPTH_MAX, NODES_MAX};

#[cfg(test)]
mod tests;
