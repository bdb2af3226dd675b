"""Masters to files: silence around the music, the codec, the tags, the embedded cover.

In: a float master and an item of the catalogue. Out: a file.
Needs: ffmpeg (with libmp3lame, libvorbis, libopus), on the path. The same input gives the same bytes.
"""

import subprocess
import tempfile
import wave

import numpy as np

from filters import RATE, db

FORMATS = {
    "mp3 vbr": ["-c:a", "libmp3lame", "-q:a", "7", "-id3v2_version", "4"],
    "mp3 112k": ["-c:a", "libmp3lame", "-b:a", "112k", "-id3v2_version", "3"],
    "mp3 96k": ["-c:a", "libmp3lame", "-b:a", "96k", "-id3v2_version", "3"],
    "mp3 mono": ["-c:a", "libmp3lame", "-b:a", "64k", "-ac", "1", "-ar", "22050", "-id3v2_version", "4"],
    "mp3 32k rate": ["-c:a", "libmp3lame", "-b:a", "64k", "-ar", "32000", "-id3v2_version", "3"],
    "aac 48k rate": ["-c:a", "aac", "-b:a", "80k", "-ar", "48000", "-movflags", "+faststart"],
    "aac 64k": ["-c:a", "aac", "-b:a", "64k", "-movflags", "+faststart"],
    "aac 80k": ["-c:a", "aac", "-b:a", "80k", "-movflags", "+faststart"],
    "vorbis q1": ["-c:a", "libvorbis", "-q:a", "1"],
    "vorbis q2": ["-c:a", "libvorbis", "-q:a", "2"],
    "opus 72k": ["-c:a", "libopus", "-b:a", "72k", "-ar", "48000"],
    "opus 64k": ["-c:a", "libopus", "-b:a", "64k", "-ar", "48000"],
    "flac 32k mono": ["-c:a", "flac", "-sample_fmt", "s16", "-ar", "32000", "-ac", "1", "-compression_level", "8"],
    "wav mono 22k": ["-c:a", "pcm_s16le", "-ar", "22050", "-ac", "1"],
    "aiff": ["-c:a", "pcm_s16be", "-ar", "24000", "-ac", "1", "-write_id3v2", "1"],
}
DECODED_PEAK_DB = -1.0  # lossy coding may add to the peaks; the file as decoded stays under this
HOLDS_PICTURE = {"mp3", "m4a", "flac"}


def write_wave(path, stereo, lead=0.0, trail=0.0):
    """16-bit PCM with dither; the silence around is digital."""
    rng = np.random.default_rng(3)
    dither = (rng.random(stereo.shape) - rng.random(stereo.shape)) * 0.5
    body = np.clip(np.round(stereo * 32767 + dither), -32768, 32767).astype("<i2")
    body = np.pad(body, ((0, 0), (int(lead * RATE), int(trail * RATE))))
    with wave.open(str(path), "wb") as writer:
        writer.setnchannels(2)
        writer.setsampwidth(2)
        writer.setframerate(RATE)
        writer.writeframes(np.ascontiguousarray(body.T).tobytes())


def peak_db(path):
    """The highest sample of the decoded file, in dBFS."""
    pcm = subprocess.run(["ffmpeg", "-v", "error", "-i", str(path), "-map", "0:a", "-f", "f32le", "-"], check=True,
                         capture_output=True).stdout
    return 20.0 * np.log10(np.max(np.abs(np.frombuffer(pcm, "<f4"))))


def encode(stereo, target, codec, tags, lead=0.0, trail=0.0, picture=None):
    """Writes `target`, turned down as far as its decoded peaks need; `picture` is a JPEG to embed."""
    for _ in range(4):
        _encode_once(stereo, target, codec, tags, lead, trail, picture)
        over = peak_db(target) - DECODED_PEAK_DB
        if over <= 0.0:
            return
        stereo = stereo * db(-over - 0.1)
    raise RuntimeError(f"{target}: decoded peaks stay {over:.1f} dB too high")


def _encode_once(stereo, target, codec, tags, lead, trail, picture):
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(suffix=".wav") as wav:
        write_wave(wav.name, stereo, lead, trail)
        command = ["ffmpeg", "-hide_banner", "-loglevel", "error", "-y", "-i", wav.name]
        embed = picture if target.suffix[1:] in HOLDS_PICTURE else None
        if embed:
            command += ["-i", str(embed), "-map", "0:a", "-map", "1:v", "-c:v", "copy", "-disposition:v", "attached_pic"]
            command += ["-metadata:s:v", "title=Cover", "-metadata:s:v", "comment=Cover (front)"]
        command += FORMATS[codec] + ["-fflags", "+bitexact", "-flags:a", "+bitexact", "-map_metadata", "-1"]
        for key, value in tags.items():
            command += ["-metadata", f"{key}={value}"]
        subprocess.run(command + [str(target)], check=True)
