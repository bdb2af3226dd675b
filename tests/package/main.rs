//! The packager and all that is rendered from it, from outside: laws over what it publishes, golden texts.

mod golden;
mod laws;
mod rules;
mod synthetic;
mod transport;
