//! `longwave completions SHELL`: a completion script on standard output.

use clap::{Args, CommandFactory};
use std::io::{self, Write};

/// Arguments of `longwave completions`.
#[derive(Debug, Args)]
pub struct CompletionsArgs {
    /// Which shell
    shell: clap_complete::Shell,
}

/// Prints the script.
///
/// # Errors
/// If it can't be written.
pub fn run(args: &CompletionsArgs, out: &mut dyn Write) -> io::Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut super::Cli::command(), "longwave", &mut script);
    out.write_all(&script)
}
