//! The program's commands, one file each.

pub mod check;
pub mod new;
pub mod schema;
