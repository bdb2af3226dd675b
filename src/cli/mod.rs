//! The command line: one file a command.
//!
//! In: arguments. Out: text on standard output, logs on standard error, an exit code: 0, 1 for a problem that
//! was told, 2 for arguments that make no sense.

pub mod check;
pub mod completions;
pub mod new;
pub mod plan;
pub mod programme;
pub mod render;
pub mod schema;
pub mod serve;
pub mod simulate;
mod when;

use clap::{Args, Parser, Subcommand};
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

/// A live radio broadcaster for smart speakers.
#[derive(Debug, Parser)]
#[command(version, about, propagate_version = true, max_term_width = 100)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Go on the air
    Serve(serve::ServeArgs),
    /// Tell every problem of every station file
    Check(check::CheckArgs),
    /// Print the log that will air
    Plan(plan::PlanArgs),
    /// Write a stretch of the programme to a file, faster than real time
    Render(render::RenderArgs),
    /// Air a station on virtual time, with faults, and report what listeners would have heard
    Simulate(simulate::SimulateArgs),
    /// Write a new station file
    New(new::NewArgs),
    /// Print the JSON Schema of station files, for editors
    Schema(schema::SchemaArgs),
    /// Print a completion script for a shell
    Completions(completions::CompletionsArgs),
}

/// Which station, and where what is known of it lies: of commands on one station.
#[derive(Debug, Args)]
pub struct StationArgs {
    /// A station file, or the name of one within --stations
    pub station: PathBuf,
    /// The folder of station files
    #[arg(long, value_name = "DIR", default_value = "stations")]
    pub stations: PathBuf,
    /// Where what is known lies
    #[command(flatten)]
    pub data: DataArgs,
}

/// Where the library's measurements, the log and the as-run log are kept.
#[derive(Debug, Clone, Args)]
pub struct DataArgs {
    /// Where measurements, logs and covers are kept
    #[arg(long, value_name = "DIR", default_value = "data", env = "LONGWAVE_DATA_DIR")]
    pub data_dir: PathBuf,
}

/// Why a command failed: one sentence for whoever typed it, or nothing if all has been told.
#[derive(Debug)]
pub enum Failure {
    /// To be printed.
    Told(String),
    /// The problems have been printed.
    AlreadyTold,
}

impl<E: std::error::Error> From<E> for Failure {
    fn from(error: E) -> Self {
        Failure::Told(error.to_string())
    }
}

/// Runs the program: parses arguments, runs the command, turns its end into an exit code.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let mut out = std::io::stdout();
    let result = match &cli.command {
        Command::Serve(args) => serve::run(args),
        Command::Check(args) => return code(check::run(args, &mut out)),
        Command::Plan(args) => plan::run(args, &mut out),
        Command::Render(args) => render::run(args, &mut out),
        Command::Simulate(args) => simulate::run(args, &mut out),
        Command::New(args) => return code(new::run(args, &mut out)),
        Command::Schema(args) => return code(schema::run(args, &mut out)),
        Command::Completions(args) => completions::run(args, &mut out).map_err(Failure::from),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::AlreadyTold) => ExitCode::FAILURE,
        Err(Failure::Told(what)) => tell(&what),
    }
}

/// The exit code of a command that tells its own problems. A reader who has gone away is not a failure.
fn code(result: std::io::Result<ExitCode>) -> ExitCode {
    match result {
        Ok(code) => code,
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => tell(&error.to_string()),
    }
}

fn tell(what: &str) -> ExitCode {
    // There is nobody left to tell if this fails.
    let _ = writeln!(std::io::stderr(), "longwave: {what}");
    ExitCode::FAILURE
}
