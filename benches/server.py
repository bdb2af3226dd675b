"""A server to be measured: started with its stations, asked over HTTP on loopback, weighed by the kernel.

In: the built program, a folder of music. Out: addresses, CPU seconds, peak memory. Never: a fixed port.
"""

import http.client
import os
import pathlib
import re
import signal
import subprocess
import time
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parent.parent
PROGRAM = ROOT / "target/release/longwave"
TICKS = os.sysconf("SC_CLK_TCK")
AUDIO = {".mp3", ".m4a", ".opus", ".ogg", ".flac", ".wav", ".aiff", ".aac", ".caf", ".mka", ".webm"}


def music(folder):
    """The music of a folder, in order, without spoken idents."""
    files = sorted(path for path in pathlib.Path(folder).rglob("*") if path.suffix.lower() in AUDIO)
    return [path.resolve() for path in files if "idents" not in path.parts]


def write_stations(folder, source, count=1):
    """Writes so many stations that play all of `source` in order: opus 96k, aac 128k, mp3 128k."""
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(1, count + 1):
        text = (
            f"name: Station {number}\nlanguage: en\ntimezone: UTC\n"
            f'categories:\n  music: {{ from: "{pathlib.Path(source).resolve()}", pick: rotate }}\n'
            "transitions:\n  default: { crossfade: 3s, cue: auto }\n"
            "sound: { loudness: -16 LUFS, true_peak: -1 dBTP }\n"
            "outputs: [opus 96k, aac 128k, mp3 128k]\nlatency: low\n"
        )
        (folder / f"station-{number}.yaml").write_text(text)
    return folder


def scan(stations, data_dir):
    """Has the library measured, to the last file."""
    for station in sorted(pathlib.Path(stations).iterdir()):
        plan = [PROGRAM, "plan", station, "--data-dir", data_dir]
        subprocess.run([str(word) for word in plan], stdout=subprocess.DEVNULL, check=True)


class Server:
    """`longwave serve`, on the air when this is made; off the air at the end of `with`."""

    def __init__(self, stations, data_dir, nice=0):
        arguments = [PROGRAM, "serve", stations, "--listen", "127.0.0.1:0", "--data-dir", data_dir, "--log", "warn,symphonia=error"]
        self.began = time.monotonic()
        self.process = subprocess.Popen(
            [str(argument) for argument in arguments],
            stdout=subprocess.PIPE,
            text=True,
            preexec_fn=(lambda: os.nice(nice)) if nice else None,
        )
        line = self.process.stdout.readline()
        self.announced = time.monotonic()
        found = re.search(r"http://([\d.]+):(\d+)/", line)
        if not found:
            self.stop()
            raise SystemExit(f"the server did not go on the air: {line!r}")
        self.host, self.port = found[1], int(found[2])
        self.connection = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def get(self, path):
        """The body at a path, over one connection that is kept."""
        if self.connection is None:
            self.connection = http.client.HTTPConnection(self.host, self.port, timeout=30)
        self.connection.request("GET", path)
        answer = self.connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status} {body[:200]!r}")
        return body

    def playlist(self, path):
        """A multivariant playlist's first media playlist: its path and its lines."""
        for line in self.get(path).decode().splitlines():
            if line and not line.startswith("#"):
                media = urllib.parse.urljoin(path, line)
                return media, self.get(media).decode().splitlines()
        raise RuntimeError(f"{path} lists nothing")


def cpu_seconds(pid):
    """User and system time of a process and those of its children that it has waited for."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return sum(int(field) for field in fields[11:15]) / TICKS


def peak_memory(pid):
    """Peak resident memory of a process in MiB, and what of its present memory is not backed by files."""
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    figure = {key: int(value) / 1024 for key, value in re.findall(r"^(\w+):\s+(\d+) kB", status, re.M)}
    return figure["VmHWM"], figure["RssAnon"]


def load():
    return f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"


def median(figures):
    return percentile(figures, 50)


def percentile(figures, percent):
    """The smallest figure that so many percent are not above."""
    ordered = sorted(figures)
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)]
