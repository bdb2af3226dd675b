//! `longwave serve`: every station of a folder on the air, until it is told to stop.

use super::programme::Lock;
use super::{DataArgs, Failure, check};
use crate::library::Store;
use crate::onair::{OnAir, clock};
use crate::serve::house::Air;
use crate::serve::server::CONNECTIONS_MAX;
use crate::serve::{House, Limits, Server};
use crate::station::{Station, diagnostic};
use clap::{Args, ValueEnum};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};

/// The line that says where to listen waits so long for every station to be on the air.
const ON_AIR_WAIT: Duration = Duration::from_secs(20);

/// Open files that are asked of the system.
const FILES_WANTED: u64 = 65_536;
/// Open files that are kept for decks, scans and the store.
const FILES_OF_THE_STUDIO: u64 = 384;

/// Arguments of `longwave serve`.
#[derive(Debug, Args)]
pub struct ServeArgs {
    /// A folder of station files, or one file
    #[arg(default_value = "stations")]
    stations: PathBuf,
    /// Where to listen, host:port; may be given several times. Port 0 is one that is free
    #[arg(long, value_name = "ADDRESS", default_value = "localhost:8000", env = "LONGWAVE_LISTEN")]
    listen: Vec<String>,
    #[command(flatten)]
    data: DataArgs,
    /// How logs are written to standard error
    #[arg(long, value_enum, default_value_t)]
    log_format: LogFormat,
    /// What is logged: error, warn, info, debug, or a filter such as info,longwave::library=debug
    #[arg(long, value_name = "FILTER", default_value = "info,symphonia=error", env = "LONGWAVE_LOG")]
    log: String,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

/// Serves until SIGTERM or SIGINT.
///
/// # Errors
/// If there is nothing to serve, or nowhere to do it.
pub fn run(args: &ServeArgs) -> Result<(), Failure> {
    log_to_standard_error(args)?;
    let stations = read(&args.stations)?;
    let data_dir = &args.data.data_dir;
    let told =
        |error: std::io::Error| Failure::Told(format!("the data folder {}: {error}", data_dir.display()));
    let Some(_lock) = Lock::take(data_dir).map_err(told)? else {
        let sentence = "another longwave is at work with the data folder";
        return Err(Failure::Told(format!(
            "{sentence} {}; give this one its own: --data-dir",
            data_dir.display()
        )));
    };
    let store = Arc::new(Store::open(data_dir)?);
    let covers = {
        let store = store.clone();
        move |_: &_, hash| match store.cover(hash) {
            Ok(cover) => cover.map(|cover| cover.bytes.into()),
            Err(error) => {
                tracing::warn!(%error, "a cover could not be read");
                None
            }
        }
    };
    let house = Arc::new(House::new(Arc::new(clock::timeline), Arc::new(covers)));
    let limits = Limits { connections: connections_max(), ..Limits::default() };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let server = Server::bind(&args.listen).await?.limited(limits);
        let mut on_air = OnAir::start(stations, &store, &|station| house.add(station.clone()))?;
        let addresses = server.addresses();
        let announced = house.clone();
        tokio::spawn(async move {
            all_on_air(&announced).await;
            announce(&announced, &addresses);
        });
        let (mut term, mut int) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
        let asked = async move {
            tokio::select! { _ = term.recv() => (), _ = int.recv() => () }
            tracing::info!("asked to stop: no more connections, the open ones end");
        };
        server.run(house, asked).await;
        tokio::task::spawn_blocking(move || on_air.stop()).await?;
        tracing::info!("off the air");
        Ok(())
    })
}

/// How many connections the system's limit of open files allows, after raising it as far as it may be. The studio's own
/// files come first: listeners never take them.
fn connections_max() -> usize {
    let limit = getrlimit(Resource::Nofile);
    let wanted = limit.maximum.unwrap_or(FILES_WANTED).min(FILES_WANTED);
    // What can't be raised stays as it is.
    let _ = setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), maximum: limit.maximum });
    let files = getrlimit(Resource::Nofile).current.unwrap_or(FILES_WANTED);
    let connections = usize::try_from(files.saturating_sub(FILES_OF_THE_STUDIO)).unwrap_or(CONNECTIONS_MAX);
    connections.clamp(16, CONNECTIONS_MAX)
}

/// Waits until every station has published, as long as that is worth it.
async fn all_on_air(house: &House) {
    let waits = house.channels().into_iter().map(|channel| async move {
        // A channel that is gone will never be on the air.
        let _ = channel.air().wait_for(|air| !matches!(air, Air::Silent)).await;
    });
    let all = async {
        for wait in waits {
            wait.await;
        }
    };
    if tokio::time::timeout(ON_AIR_WAIT, all).await.is_err() {
        tracing::warn!("not every station is on the air yet");
    }
}

/// One line on standard output that says where to listen.
fn announce(house: &House, addresses: &[std::net::SocketAddr]) {
    let urls: Vec<_> = addresses.iter().map(|address| format!("http://{address}/")).collect();
    let stations: Vec<_> = house.channels().iter().map(|channel| channel.station().name.clone()).collect();
    // Whoever closed our standard output does not want to know.
    let _ =
        writeln!(std::io::stdout(), "On the air: {}. Listen at {}", stations.join(", "), urls.join(" or "));
}

/// Reads the station files. Those with errors are told and left out; the rest goes on the air.
fn read(place: &Path) -> Result<Vec<Station>, Failure> {
    let readings = check::read_stations(place).map_err(|error| {
        Failure::Told(format!("{}: {error}; `longwave new NAME` writes a first station", place.display()))
    })?;
    let mut err = std::io::stderr();
    for reading in &readings {
        let shown = diagnostic::Shown::of(reading);
        for problem in &reading.problems {
            writeln!(err, "{}", diagnostic::text(&shown, problem, err.is_terminal()))?;
        }
        if reading.station.is_none() {
            tracing::error!(file = %reading.file.display(), "this station is not on the air: its file has errors");
        }
    }
    let stations: Vec<_> = readings.into_iter().filter_map(|reading| reading.station).collect();
    if stations.is_empty() {
        return Err(Failure::Told(format!(
            "{}: no station to put on the air; `longwave check` tells why",
            place.display()
        )));
    }
    Ok(stations)
}

fn log_to_standard_error(args: &ServeArgs) -> Result<(), Failure> {
    let filter = tracing_subscriber::EnvFilter::try_new(&args.log)
        .map_err(|error| Failure::Told(format!("--log {}: {error}", args.log)))?;
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    match args.log_format {
        LogFormat::Text => log.init(),
        LogFormat::Json => log.json().init(),
    }
    Ok(())
}
