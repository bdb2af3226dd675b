"""A song in time: beats to seconds, the players' small lapses, and notes laid onto tracks.

In: notes in beats. Out: one stereo array a track, and the times of the kicks.
Never: sets a level between tracks; that is the desk's work (mixdown.py).
"""

import zlib

import numpy as np

from filters import RATE
from theory import Scale, chart, tune, voice

GRID = 48  # tempo map points a beat


def seeded(name, seed):
    """A generator of its own for each song, so that changing one song leaves the others alone."""
    return np.random.default_rng([seed, zlib.crc32(name.encode())])


class Song:
    """`beats`: length of the written music; `tail`: seconds left to ring after it."""

    def __init__(self, title, seed, bpm, beats, tail, swing=0.0, loose=0.006, rit=None):
        self.rng = seeded(title, seed)
        self.seed = seed
        self.beats = beats
        self.loose = loose
        self.swing = swing
        tempo = np.full(int(beats * GRID) + 8 * GRID, 60.0 / bpm / GRID)
        if rit:  # (beats before the end, how many times slower at the end)
            first = int((beats - rit[0]) * GRID)
            tempo[first:] *= np.interp(np.arange(tempo.size - first) / GRID, [0, rit[0]], [1.0, rit[1]])
        self.clock = np.concatenate([[0.0], np.cumsum(tempo)])
        self.seconds = self.at(beats) + tail
        self.tracks = {}
        self.kicks = []
        self.harmony = []  # (beat, chord) in order, for second voices
        self.made = {}

    def at(self, beat):
        """Seconds at a beat; the second half of each beat is late by the swing (0..0.33 of a beat)."""
        whole, part = divmod(beat, 1.0)
        if self.swing and abs(part - 0.5) < 0.26:
            part += self.swing * (1 - abs(part - 0.5) / 0.5)
        return float(np.interp((whole + part) * GRID, np.arange(self.clock.size), self.clock))

    def _note(self, player, midi, seconds, vel):
        """A rendered note; like notes are shared, in three variants so that repeats stay alive."""
        key = (player.__name__, round(midi, 2), round(seconds * 25) / 25, round(vel * 12) / 12,
               int(self.rng.integers(3)))
        if key not in self.made:
            rng = np.random.default_rng([self.seed, zlib.crc32(repr(key).encode())])
            self.made[key] = np.asarray(player(key[1], max(key[2], 0.04), max(key[3], 0.08), rng), np.float32)
        return self.made[key]

    def play(self, track, player, beat, beats, midi, vel, pan=0.0, tight=False):
        """Lays one note: `pan` -1 left .. 1 right, equal power; `tight` players keep machine time."""
        start = self.at(beat)
        seconds = self.at(beat + beats) - start
        if not tight:
            start += float(np.clip(self.rng.normal(0, self.loose), -2.2 * self.loose, 2.2 * self.loose))
            vel = vel * float(np.clip(self.rng.normal(1, 0.06), 0.85, 1.15))
        self.lay(track, start, self._note(player, midi, seconds, min(max(vel, 0.05), 1.0)), pan)
        if player.__name__ == "kick":
            self.kicks.append(start)

    def lay(self, track, start, sound, pan=0.0):
        """Lays a rendered sound at `start` seconds."""
        if track not in self.tracks:
            self.tracks[track] = np.zeros((2, int(self.seconds * RATE)), np.float32)
        bus = self.tracks[track]
        first = max(0, int(start * RATE))
        n = min(sound.shape[-1], bus.shape[1] - first)
        if n <= 0:
            return
        angle = (pan + 1) * np.pi / 4
        left, right = (sound[0], sound[1]) if sound.ndim == 2 else (sound, sound)
        bus[0, first:first + n] += left[:n] * np.float32(np.cos(angle) * 1.4142)
        bus[1, first:first + n] += right[:n] * np.float32(np.sin(angle) * 1.4142)

    def second_voice(self, beat, scale, degree, away):
        """The note `away` scale steps from a tune's; one step further where it would rub against the chord."""
        chord = next((c for b, c in reversed(self.harmony) if b <= beat), None)
        midi = scale.at(degree + away)
        if chord and midi % 12 not in chord.tones and (midi - 1) % 12 in chord.tones:
            midi = scale.at(degree + away + (1 if away > 0 else -1))
        return midi

    def sing(self, track, player, scale, text, beat, octave=0, vel=0.75, pan=0.0, thirds=0, vary=0.0, legato=0.97,
             tight=False):
        """Plays a written tune. `thirds`: a second voice so many scale steps away. `vary`: 0..1, ornaments."""
        line = tune(text)
        total = sum(length for _, _, length in line)
        began = beat
        for i, (degree, bend, length) in enumerate(line):
            if degree is not None:
                midi = scale.at(degree) + bend + 12 * octave
                arc = 0.86 + 0.14 * np.sin(np.pi * ((beat - began) % (total / 2)) / (total / 2))
                accent = 1.05 if (beat - began) % 2 == 0 else 0.95
                loud = vel * arc * accent
                grace = 0.0
                if vary and length >= 1 and self.rng.random() < vary:
                    step = 1 if self.rng.random() < 0.6 else -1
                    grace = 0.16
                    self.play(track, player, beat, grace, scale.at(degree + step) + 12 * octave, loud * 0.8, pan, tight)
                self.play(track, player, beat + grace, (length - grace) * legato, midi, loud, pan, tight)
                if thirds:
                    self.play(track, player, beat + grace, (length - grace) * legato,
                              self.second_voice(beat, scale, degree, thirds) + 12 * octave, loud * 0.7, -pan - 0.15, tight)
                if vary and length >= 1.5 and i + 1 < len(line) and line[i + 1][0] is not None \
                        and abs(line[i + 1][0] - degree) == 2 and self.rng.random() < vary:
                    between = (line[i + 1][0] + degree) // 2
                    self.play(track, player, beat + length - 0.5, 0.5 * legato, scale.at(between) + 12 * octave,
                              loud * 0.75, pan, tight)
            beat += length


class Slot:
    """What an accompanist is told about one chord: where, how long, how hard, and the voicing."""

    def __init__(self, chord, beat, beats, notes, level, bar, inbar, meter, following):
        self.chord, self.beat, self.beats, self.notes = chord, beat, beats, notes
        self.level, self.bar, self.inbar, self.meter, self.following = level, bar, inbar, meter, following

    def grid(self, steps):
        """(index, beat, beats left) for each of a bar's even steps that falls under this chord."""
        size = self.meter / steps
        return [(i, self.beat + i * size - self.inbar, self.inbar + self.beats - i * size) for i in range(steps)
                if self.inbar <= i * size < self.inbar + self.beats]

    def place(self, at):
        """Where a point of the bar falls: (beat, beats left under this chord), or None outside it."""
        if not self.inbar <= at < self.inbar + self.beats:
            return None
        return self.beat + at - self.inbar, self.inbar + self.beats - at


class Section:
    """Some bars of music: chords, who plays, how hard (0..1), and the tunes sung over it."""

    def __init__(self, chords, players, level=0.7, tunes=()):
        self.chords, self.players, self.level, self.tunes = chords, players.split(), level, tunes


def length_in_beats(sections, meter):
    return sum(len(section.chords.split("|")) * meter for section in sections)


def perform(song, sections, meter, players, singers, low=52, high=74):
    """Plays sections in a row. `players`: name -> f(song, slot). `singers`: name -> f(song, text, beat, section)."""
    start, notes = 0.0, None
    for section in sections:
        slots = chart(section.chords, meter)
        for i, (chord, offset, beats) in enumerate(slots):
            notes = voice(chord, notes, low, high)
            song.harmony.append((start + offset, chord))
            following = slots[(i + 1) % len(slots)][0]
            slot = Slot(chord, start + offset, beats, notes, section.level, int(offset // meter), offset % meter, meter,
                        following)
            for name in section.players:
                players[name](song, slot)
        for name, text in section.tunes:
            singers[name](song, text, start, section)
        start += length_in_beats([section], meter)
    return start
