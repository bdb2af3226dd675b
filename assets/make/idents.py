"""Idents: a voice from espeak-ng, made presentable, over a few seconds of the station's own music.

In: an Ident of the catalogue and a seed. Out: a stereo master.
Needs: espeak-ng on the path.
"""

import io
import subprocess
import wave

import numpy as np

from drums import clap, crash, kick, open_hat
from filters import RATE, apply, attack_release, convolve, db, high_pass, low_pass, peak, shelf_high
from keys import accordion, bell, choir, electric_piano, fiddle, flute, glass, vibes
from mixdown import loudness, master, room
from score import Song
from strings import finger_bass, nylon, steel
from synths import pad, riser, saw_bass, slow_pad, stab, synth_pluck
from theory import Chord, voice


def speak(ident):
    """The words as a mono array, silence trimmed, at RATE."""
    said = subprocess.run(["espeak-ng", "-v", ident.voice, "-s", str(ident.speed), "-p", str(ident.pitch), "-g", "2",
                           "--stdout", ident.text], check=True, capture_output=True).stdout
    with wave.open(io.BytesIO(said)) as reader:
        rate = reader.getframerate()
        body = np.frombuffer(said[44:], "<i2").astype(np.float64) / 32768
    loud = np.flatnonzero(np.abs(body) > 0.01)
    body = body[max(0, loud[0] - rate // 50):loud[-1] + rate // 20]
    n = int(body.size * RATE / rate)
    even = body[:body.size // 2 * 2]
    spectrum = np.zeros(n // 2 + 1, complex)
    source = np.fft.rfft(even)
    keep = min(source.size, spectrum.size)
    spectrum[:keep] = source[:keep]
    return np.fft.irfft(spectrum, n) * (n / even.size)


def produce(voice_track, rng, seconds, close):
    """What a voice goes through: equaliser, levelling, a little doubling and a small room."""
    tone = apply(voice_track, high_pass(110), peak(260, 2.0 * close, 0.9), peak(3100, 3.0, 0.9), shelf_high(7500, 3.0),
                 low_pass(10000, 1))
    smooth = np.convolve(tone ** 2, np.hanning(2205) / 1102, "same")
    gain = (np.sqrt(smooth) + 0.02) ** -0.45
    tone = tone * gain / np.max(gain) * attack_release(tone.size, 0.01, 0.05)
    tone = np.tanh(tone / np.max(np.abs(tone)) * 1.5)
    double = np.stack([np.roll(tone, 330), np.roll(tone, 540)]) * 0.16
    stereo = np.stack([tone, tone]) + double
    impulse = room(seconds, rng, 4800.0)
    wet = np.stack([convolve(channel, line) for channel, line in zip(stereo, impulse)])
    return stereo + 0.16 * wet


def _row(song, track, player, notes, beat, gap, held, vel, pan=0.3):
    for i, midi in enumerate(notes):
        song.play(track, player, beat + i * gap, held, midi, vel, pan * (2 * i / max(1, len(notes) - 1) - 1))


# Each sting lays its music on the song; `end` is the second at which the voice has finished.

def boat(song, end):
    _row(song, "a", nylon, (50, 57, 62, 64, 66, 69, 74), 0, 0.16, 3, 0.6)
    _row(song, "b", vibes, (78, 81, 86), 0.4, 0.24, 2, 0.4)
    _row(song, "a", nylon, voice(Chord("Gmaj9"), None, 52, 69), end * 0.45, 0.04, 2.5, 0.45)
    song.play("c", finger_bass, end * 0.45, 2, 31, 0.5)
    _row(song, "a", nylon, (38, 50, 57, 62, 66, 69, 76), end, 0.05, 4, 0.7)
    _row(song, "b", flute, (74, 76, 81), end - 0.1, 0.22, 0.5, 0.4)


def quay(song, end):
    _row(song, "a", steel, (52, 59, 64, 68, 71), 0, 0.03, 1.0, 0.6)
    _row(song, "a", steel, (57, 61, 64, 69), 0.7, 0.03, max(1.0, end - 0.7), 0.5)
    _row(song, "b", fiddle, (64, 66, 68, 71), end - 0.75, 0.25, 0.22, 0.5)
    _row(song, "a", steel, (40, 52, 59, 64, 68, 76), end + 0.25, 0.02, 3, 0.75)
    song.play("b", fiddle, end + 0.25, 1.2, 76, 0.5)


def evening(song, end):
    _row(song, "a", electric_piano, (51, 58, 62, 65, 67), 0, 0.07, end * 0.5, 0.5)
    _row(song, "a", electric_piano, (56, 60, 63, 67, 70), end * 0.5, 0.07, end * 0.5, 0.45)
    _row(song, "b", accordion, (70, 72, 75), end - 0.3, 0.3, 0.3, 0.35)
    _row(song, "a", electric_piano, (39, 51, 58, 62, 65, 67, 74), end, 0.05, 3, 0.6)


def lamp(song, end):
    for i, midi in enumerate((41, 53, 60, 64, 67, 69)):
        song.play("a", slow_pad, 0, end - 1.6, midi, 0.5, -0.5 + i * 0.2)
    song.play("b", glass, 0.5, 4, 84, 0.5, 0.4)
    song.play("b", glass, end + 0.2, 4, 79, 0.5, -0.3)


def tower(song, end):
    for midi in (40, 52, 59, 64, 66, 71):
        song.play("a", choir, 0, end + 0.7, midi, 0.5, (midi % 5 - 2) / 4)
    song.play("b", bell, 0.1, 5, 64, 0.5, -0.2)
    song.play("b", bell, end + 0.3, 5, 71, 0.35, 0.3)


def switch(song, end):
    beat = 0.25
    count = int(end / (beat / 2))
    notes = (53, 60, 63, 67, 72, 67, 63, 60)
    for i in range(count):
        song.play("a", synth_pluck, i * beat / 2, 0.1, notes[i % 8], 0.4 + 0.3 * i / count, 0.3 * (-1) ** i, tight=True)
    song.play("d", riser, max(0, end - 1.5), 1.5, 60, 0.4, tight=True)
    for i, midi in enumerate((41, 53, 60, 63, 67, 70)):
        song.play("b", stab, end, 0.8, midi, 0.7, -0.4 + 0.15 * i, tight=True)
    song.play("c", kick, end, 0.3, 0, 0.9, tight=True)
    song.play("d", crash, end, 1, 0, 0.6, tight=True)


def relay(song, end):
    step = 60 / 122
    beats = int(end / step)
    for i in range(beats):
        song.play("c", kick, i * step, 0.3, 0, 0.7, tight=True)
        song.play("d", open_hat, (i + 0.5) * step, 0.2, 0, 0.4, 0.2, tight=True)
        for k in range(1, 4):
            song.play("a", saw_bass, (i + k / 4) * step, 0.1, 33 + (12 if k == 3 else 0), 0.6, tight=True)
    last = beats * step
    for midi in (57, 60, 64, 67, 71):
        song.play("b", pad, 0, last, midi, 0.5, (midi - 64) / 12, tight=True)
        song.play("b", stab, last + step, 0.6, midi, 0.7, (midi - 64) / 12, tight=True)
    song.play("c", kick, last + step, 0.3, 0, 0.9, tight=True)
    song.play("d", clap, last + step, 0.3, 0, 0.8, tight=True)


STINGS = {f.__name__: f for f in (boat, quay, evening, lamp, tower, switch, relay)}
# how long the room rings, how close the voice, how loud the bed under it, the master's loudness
STYLE = {"harbour": (0.9, 1.0, -13.0, -16.0), "nightwatch": (2.8, 1.6, -11.0, -20.0), "circuit": (0.7, 0.6, -11.0, -13.0)}


def make(ident, seed):
    ring, close, under, lufs = STYLE[ident.station]
    words = speak(ident)
    start = 0.45 if ident.station != "nightwatch" else 1.1
    end = start + words.size / RATE + 0.12
    song = Song(ident.path + ident.station, seed, 60, end, 2.4, loose=0.004)
    STINGS[ident.sting](song, end)
    rng = np.random.default_rng([seed, 11])
    n = int(song.seconds * RATE)
    bed = sum(song.tracks.values())
    impulse = room(ring * 1.5, rng, 4800.0)
    bed = bed + 0.3 * np.stack([convolve(channel, line) for channel, line in zip(bed, impulse)])
    bed = bed * db(-14.0 - loudness(bed))
    inside = np.interp(np.arange(n) / RATE, [start - 0.25, start, end - 0.15, end + 0.1], [1.0, db(under + 5), db(under + 5), 1.0])
    voiced = np.zeros((2, n))
    spoken = produce(words, rng, ring, close)
    first = int(start * RATE)
    voiced[:, first:first + spoken.shape[1]] = spoken[:, :n - first]
    voiced *= db(-14.0 - loudness(voiced))
    return master(bed * inside + voiced, lufs, 0.5)
