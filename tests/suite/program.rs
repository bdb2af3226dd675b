//! The program as its users run it: plan, render and serve, killed and started again.

use longwave::units::{Position, SAMPLE_RATE};
use serde_json::Value;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

const STATION: &str = "\
name: Test Tones
timezone: UTC
categories:
  tones: { from: music }
  idents: { from: idents, kind: ident }
";

/// A folder with a station of six songs, one file that is broken, and an ident; made once.
fn home() -> &'static Path {
    static HOME: OnceLock<PathBuf> = OnceLock::new();
    HOME.get_or_init(|| {
        let home = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("program-{}", std::process::id()));
        let _ = fs::remove_dir_all(&home);
        for folder in ["music", "idents"] {
            fs::create_dir_all(home.join("stations").join(folder)).unwrap();
        }
        let stations = home.join("stations");
        fs::write(stations.join("tones.yaml"), STATION).unwrap();
        fs::write(stations.join("music/broken.mp3"), b"this is no music").unwrap();
        for n in 0..6 {
            let extension = ["flac", "mp3", "ogg", "m4a", "opus", "wav"][n];
            let (hertz, seconds) = (220 + 110 * n, 30 + 3 * n);
            let graph = format!(
                "sine=f={hertz}:d={seconds}:r=44100,volume=0.3[a];anoisesrc=c=pink:d={seconds}:r=44100:a=0.2:seed={n},\
                 tremolo=f=3:d=0.6[b];[a][b]amix=2:normalize=0,volume={}dB,aformat=channel_layouts=stereo",
                n as f64 * 1.5 - 4.0
            );
            ffmpeg(&[
                "-filter_complex", &graph, "-metadata", &format!("title=Tone {n}"), "-metadata",
                &format!("artist=Player {}", n % 3), stations.join(format!("music/{n}.{extension}")).to_str().unwrap(),
            ]);
        }
        let ident = stations.join("idents/ident.wav");
        ffmpeg(&["-filter_complex", "sine=f=1000:d=2:r=22050,volume=0.5", ident.to_str().unwrap()]);
        home
    })
}

fn ffmpeg(arguments: &[&str]) {
    let status = Command::new("ffmpeg").args(["-v", "error", "-y"]).args(arguments).status().unwrap();
    assert!(status.success(), "ffmpeg {arguments:?}");
}

fn longwave(data: &str, arguments: &[&str]) -> String {
    let home = home();
    let output = Command::new(env!("CARGO_BIN_EXE_longwave"))
        .args(arguments)
        .args(["--stations", home.join("stations").to_str().unwrap()])
        .args(["--data-dir", home.join(data).to_str().unwrap()])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "longwave {arguments:?}\n{said}");
    String::from_utf8(output.stdout).unwrap()
}

/// A stretch of the programme as samples, both sides in turn.
fn rendered(data: &str, from: &str, length: &str, name: &str) -> Vec<i32> {
    let file = home().join(name);
    longwave(data, &["render", "tones", "--from", from, "--for", length, "-o", file.to_str().unwrap()]);
    let pcm = Command::new("ffmpeg")
        .args(["-v", "error", "-i", file.to_str().unwrap(), "-f", "s32le", "-"])
        .output()
        .unwrap();
    pcm.stdout.chunks_exact(4).map(|bytes| i32::from_le_bytes(bytes.try_into().unwrap())).collect()
}

#[test]
fn a_plan_is_an_array_of_entries_without_a_gap_and_the_broken_file_is_not_in_it() {
    let plan =
        longwave("plan", &["plan", "tones", "--from", "2026-11-22T10:00:00Z", "--for", "1h", "--json"]);
    let entries: Vec<Value> = serde_json::from_str(&plan).unwrap();
    assert!(entries.len() > 60, "{}", entries.len());
    for pair in entries.windows(2) {
        let of = |entry: &Value, key: &str| entry[key].as_f64().unwrap();
        let next = of(&pair[0], "position")
            + (of(&pair[0], "duration") - of(&pair[0], "overlap")) * SAMPLE_RATE as f64;
        assert!((of(&pair[1], "position") - next).abs() < 0.5, "{pair:?}");
        let at = Position(pair[0]["position"].as_i64().unwrap()).rfc3339();
        assert_eq!(pair[0]["at"], at);
        assert_ne!(pair[0]["path"], pair[1]["path"]);
    }
    for entry in &entries {
        assert!(["song", "ident"].contains(&entry["kind"].as_str().unwrap()), "{entry}");
        assert!(!entry["path"].as_str().unwrap().contains("broken"), "{entry}");
    }
    assert!(entries.iter().any(|entry| entry["kind"] == "ident"));
}

#[test]
fn the_same_stretch_renders_to_the_same_samples_whatever_is_rendered_with_it() {
    let (from, later) = ("2026-11-22T11:00:00Z", "2026-11-22T11:00:47Z");
    let whole = rendered("render", from, "80s", "whole.flac");
    assert_eq!(whole.len(), 80 * 96_000);
    assert!(whole == rendered("render", from, "80s", "again.flac"));
    assert!(whole == rendered("render-anew", from, "80s", "anew.wav"), "another data folder changes nothing");
    let tail = rendered("render", later, "20s", "tail.flac");
    assert!(whole[47 * 96_000..67 * 96_000] == tail[..], "a stretch within a stretch is not the same");
}

#[test]
fn the_programme_is_at_its_loudness_and_below_its_ceiling() {
    let file = home().join("level.flac");
    let from = "2026-11-22T12:00:00Z";
    longwave("level", &["render", "tones", "--from", from, "--for", "6m", "-o", file.to_str().unwrap()]);
    let measured = Command::new("ffmpeg")
        .args([
            "-hide_banner",
            "-nostats",
            "-i",
            file.to_str().unwrap(),
            "-af",
            "ebur128=peak=true",
            "-f",
            "null",
            "-",
        ])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&measured.stderr).into_owned();
    let summary = said.rsplit_once("Summary:").unwrap().1;
    let value = |key: &str| -> f64 {
        let after = summary.split_once(key).unwrap().1;
        after.split_whitespace().next().unwrap().parse().unwrap()
    };
    assert!((value("I:") + 16.0).abs() <= 0.5, "{summary}");
    assert!(value("Peak:") <= -1.0, "{summary}");
}

/// A server that is killed when the test is over.
struct Served {
    process: Child,
    address: String,
}

impl Served {
    fn start(data: &str) -> Self {
        let home = home();
        let mut process = Command::new(env!("CARGO_BIN_EXE_longwave"))
            .arg("serve")
            .arg(home.join("stations"))
            .args(["--listen", "127.0.0.1:0", "--data-dir", home.join(data).to_str().unwrap()])
            .stdout(Stdio::piped())
            .stderr(
                fs::File::options().create(true).append(true).open(home.join(format!("{data}.log"))).unwrap(),
            )
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address =
            line.split("http://").nth(1).unwrap_or_else(|| panic!("{line:?}")).trim().trim_end_matches('/');
        Self { address: address.to_owned(), process }
    }

    fn get(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        write!(stream, "GET {path} HTTP/1.0\r\nHost: x\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.0 200") || answer.starts_with("HTTP/1.1 200"), "{path}: {answer}");
        answer.split_once("\r\n\r\n").unwrap().1.to_owned()
    }

    fn json(&self, path: &str) -> Value {
        serde_json::from_str(&self.get(path)).unwrap()
    }

    /// The numbers of the listed segments, and their titles.
    fn segments(&self) -> Vec<(u64, String)> {
        let playlist = self.get("/tones/opus-96/live.m3u8");
        let lines: Vec<_> = playlist.lines().collect();
        let segment = |pair: &[&str]| {
            let title = pair[0].strip_prefix("#EXTINF:1.92000,")?;
            Some((pair[1].strip_suffix(".m4s")?.parse().ok()?, title.to_owned()))
        };
        lines.windows(2).filter_map(segment).collect()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn a_server_that_is_killed_goes_on_with_the_same_track_and_the_next_numbers() {
    let mut first = Served::start("killed");
    let before = first.segments();
    assert_eq!(before.len(), 12, "the first listener finds a full playlist");
    let now = first.json("/api/v1/stations/tones/now");
    let planned = first.json("/api/v1/stations/tones/next");
    first.process.kill().unwrap();
    first.process.wait().unwrap();

    let second = Served::start("killed");
    let after = second.segments();
    assert_eq!(after.len(), 12);
    assert!(after[0].0 <= before[11].0 + 1 && after[11].0 >= before[11].0, "{before:?}\n{after:?}");
    // Segments of the same number tell the same title.
    let shared: Vec<_> =
        after.iter().filter(|(msn, _)| before.iter().any(|(other, _)| other == msn)).collect();
    assert!(!shared.is_empty());
    for segment in shared {
        assert!(before.contains(segment), "{segment:?} {before:?}");
    }
    // What was on or next is on now, at the same place.
    let on = second.json("/api/v1/stations/tones/now");
    let position = &on["entry"]["position"];
    let known = planned["entries"].as_array().unwrap().iter().any(|entry| entry["position"] == *position);
    assert!(*position == now["entry"]["position"] || known, "{now}\n{on}");
}

#[test]
fn a_server_that_is_asked_to_stop_ends_its_streams_and_goes() {
    let mut served = Served::start("asked");
    let mut stream = TcpStream::connect(&served.address).unwrap();
    write!(stream, "GET /tones/stream.mp3 HTTP/1.1\r\nHost: x\r\nIcy-MetaData: 1\r\n\r\n").unwrap();
    let mut some = [0; 4096];
    stream.read_exact(&mut some).unwrap();
    let asked = Command::new("kill").args(["-TERM", &served.process.id().to_string()]).status().unwrap();
    assert!(asked.success());
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).unwrap();
    assert!(served.process.wait().unwrap().success());
}
