"""Builds the demo stations' audio and art: pictures first, then songs and idents, two at a time.

In: optional words; only items whose path or title contains one of them are built.
Out: files under the folder above this one, and the table in its README.
Never: uses randomness beyond SEED, so the same tools give the same files.
"""

import functools
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import compose_circuit
import compose_harbour
import compose_nightwatch
import covers
import idents
from catalogue import IDENTS, SONGS, STATIONS
from encode import encode
from mixdown import loudness

SEED = 1912
HOME = Path(__file__).resolve().parent.parent
WRITTEN = {**compose_harbour.SONGS, **compose_nightwatch.SONGS, **compose_circuit.SONGS}
BYTES_MAX = 24 * 1024 * 1024  # of everything under HOME


def build_song(pictures, item):
    began = time.process_time()
    stereo = WRITTEN[item.title](SEED)
    tags = {"title": item.title, "artist": item.artist, "album": item.album, "album_artist": item.artist,
            "genre": item.genre, "date": str(item.year)}
    picture = Path(pictures) / f"{item.album}.jpg" if item.picture else None
    encode(stereo, HOME / item.station / item.path, item.codec, tags, item.lead, item.trail, picture)
    return f"{item.station}/{item.path}  {loudness(stereo):.1f} LUFS  {time.process_time() - began:.0f} s of work"


def build_ident(ident):
    stereo = idents.make(ident, SEED)
    number = Path(ident.path).stem.rpartition("-")[2]
    tags = {"title": f"Ident {number}", "artist": STATIONS[ident.station]}
    encode(stereo, HOME / ident.station / ident.path, ident.codec, tags)
    return f"{ident.station}/{ident.path}  {loudness(stereo):.1f} LUFS"


def build_poster(station):
    covers.poster(station, SEED, HOME / station / "cover.jpg")
    return f"{station}/cover.jpg"


def build_album(pictures, row):
    album, artist = row
    covers.album(album, artist, SEED, Path(pictures) / f"{album}.jpg")
    return f"cover of {album}"


def probe(path):
    """(codec, Hz, channels, seconds) of a file, as ffprobe reads it."""
    read = subprocess.run(["ffprobe", "-v", "error", "-select_streams", "a", "-show_entries",
                           "stream=codec_name,sample_rate,channels:format=duration", "-of", "default=nk=1:nw=1", str(path)],
                          check=True, capture_output=True, text=True).stdout.split()
    return read[0], int(read[1]), int(read[2]), float(read[3])


def table():
    lines = ["| file | title | artist | album | genre | format | length |", "|---|---|---|---|---|---|---|"]
    for item in SONGS:
        lines.append(_row(item.station, item.path, item.title, item.artist, f"{item.album} ({item.year})", item.genre))
    for ident in IDENTS:
        lines.append(_row(ident.station, ident.path, f"“{ident.text}”", STATIONS[ident.station], "", "ident"))
    return "\n".join(lines)


def _row(station, path, title, artist, album, genre):
    codec, rate, channels, seconds = probe(HOME / station / path)
    shape = f"{codec} {rate / 1000:g} kHz {'mono' if channels == 1 else 'stereo'}"
    whole = round(seconds)
    return f"| `{station}/{path}` | {title} | {artist} | {album} | {genre} | {shape} | {whole // 60}:{whole % 60:02} |"


def write_table():
    readme = HOME / "README.md"
    before, mark, after = readme.read_text().partition("<!-- table -->\n")
    _, end, rest = after.partition("<!-- end of table -->")
    readme.write_text(before + mark + table() + "\n" + end + rest)


def check_size():
    total = sum(path.stat().st_size for path in HOME.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    print(f"{total / 1024 / 1024:.2f} MiB in all, {BYTES_MAX / 1024 / 1024:.0f} allowed")
    return total <= BYTES_MAX


def main(words):
    wanted = [item for item in SONGS + IDENTS
              if not words or any(w in f"{item.station}/{item.path}" for w in words)]
    longest_first = [item for item in wanted if item in SONGS]
    spoken = [item for item in wanted if item in IDENTS]
    posters = [s for s in STATIONS if not words or any(w in f"{s}/cover.jpg" for w in words)]
    albums = sorted({(item.album, item.artist) for item in longest_first if item.picture})
    with tempfile.TemporaryDirectory() as pictures, ProcessPoolExecutor(2) as pool:
        for done in pool.map(functools.partial(build_album, pictures), albums):
            print(done, flush=True)
        jobs = [pool.submit(build_song, pictures, item) for item in longest_first]
        jobs += [pool.submit(build_ident, ident) for ident in spoken]
        jobs += [pool.submit(build_poster, station) for station in posters]
        for job in jobs:
            print(job.result(), flush=True)
    if all((HOME / item.station / item.path).exists() for item in SONGS + IDENTS):
        write_table()
    return 0 if check_size() else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
