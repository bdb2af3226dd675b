//! `longwave simulate STATION`: airs it on virtual time, with faults, and reports what listeners would have heard.

use super::programme::Programme;
use super::{Failure, StationArgs, when};
use crate::onair::clock;
use crate::sim::{Faults, Setup, simulate};
use crate::units::Seed;
use clap::Args;
use std::io::Write;

/// Arguments of `longwave simulate`.
#[derive(Debug, Args)]
pub struct SimulateArgs {
    #[command(flatten)]
    station: StationArgs,
    /// From this moment of the station's clock: now, "23:55", "2026-12-31 23:55" or RFC 3339
    #[arg(long, default_value = "now")]
    from: String,
    /// For so long
    #[arg(long = "for", value_name = "LENGTH", default_value = "24h")]
    length: String,
    /// Other numbers give other faults
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Nothing goes wrong
    #[arg(long)]
    no_faults: bool,
}

/// Simulates, and prints the report.
///
/// # Errors
/// If the station can't be read, or listeners would not have heard what they should.
pub fn run(args: &SimulateArgs, out: &mut dyn Write) -> Result<(), Failure> {
    let programme = Programme::open(&args.station)?;
    let start =
        when::moment(&args.from, clock::now().wall, &programme.station.timezone).map_err(Failure::Told)?;
    let length = when::length(&args.length).map_err(Failure::Told)?;
    let faults = if args.no_faults { Faults::NONE } else { Faults::default() };
    let (station, index) = (programme.station.clone(), programme.index.clone());
    let report = simulate(&Setup { station, index, start, length, faults, seed: Seed(args.seed) });
    writeln!(out, "{report}")?;
    if report.is_good() { Ok(()) } else { Err(Failure::AlreadyTold) }
}
