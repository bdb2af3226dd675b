"""The pieces of Nightwatch: slow, wide, made of loops that do not line up and chords that take their time.

In: a seed. Out: stereo masters. The rules are written here; what they choose comes from the seed.
"""

import numpy as np

from filters import high_pass, low_pass, peak, shelf_low
from keys import bell, choir, electric_piano, glass, kalimba
from mixdown import Strip, mix
from score import Scale, Song
from strings import harp
from synths import deep, drone, foghorn, slow_pad, surf
from theory import Chord, voice

DARK = (high_pass(60), low_pass(5200, 1))
AIR = (high_pass(220), low_pass(7500, 1))
GROUND = (high_pass(30), low_pass(400, 1))


def chords(song, track, player, symbols, beats, low, high, vel=0.55, overlap=0.5, fan=0.6):
    """A row of chords, each led smoothly into the next and leaning over its end."""
    notes = None
    for i, symbol in enumerate(symbols):
        notes = voice(Chord(symbol), notes, low, high)
        for k, midi in enumerate(notes):
            where = fan * (2 * k / (len(notes) - 1) - 1)
            early = song.rng.uniform(0, 0.8)
            song.play(track, player, i * beats + early, beats - early + overlap, midi, vel, where)
    return len(symbols) * beats


def roots(song, track, player, symbols, beats, low=29, vel=0.6):
    for i, symbol in enumerate(symbols):
        song.play(track, player, i * beats, beats, Chord(symbol).bass_note(low), vel, tight=True)


def loops(song, track, player, strands, end, vel=0.5, held=2.0):
    """Loops of incommensurate length, one note each: (first beat, period, midi, pan). They never meet twice alike."""
    for first, period, midi, pan in strands:
        beat = first
        while beat < end:
            tide = 0.75 + 0.25 * np.sin(2 * np.pi * beat / 61.0 + midi)
            song.play(track, player, beat, held, midi, vel * tide, pan)
            beat += period


def wander(song, track, player, scale, start, end, gaps, low, high, vel=0.5, pan=0.4, rest=0.3, held=2.0):
    """A line that walks mostly by step, leaps seldom and turns back after a leap; sometimes it waits."""
    degree, beat, leap = (low + high) // 2, start, 0
    while beat < end:
        if song.rng.random() > rest:
            step = -int(np.sign(leap)) if leap else int(song.rng.choice((-3, -2, -1, -1, 1, 1, 2, 4)))
            leap = step if abs(step) > 2 else 0
            degree = min(max(degree + step, low), high)
            song.play(track, player, beat, held, scale.at(degree), vel * song.rng.uniform(0.7, 1.0),
                      song.rng.uniform(-pan, pan))
        beat += float(song.rng.choice(gaps))


def beacon_interval(seed):
    """F lydian. Seven bell strands of seven lengths over four chords that barely move."""
    symbols = ["Fmaj9", "G6", "Am7", "Fmaj7#11", "Dm9", "G6", "Cmaj9", "Fmaj9"]
    song = Song("Beacon Interval", seed, 60, 126, 9.0, loose=0.02)
    end = chords(song, "pad", slow_pad, symbols, 15.5, 50, 72, 0.55, 2.0)
    roots(song, "sub", deep, symbols, 15.5, 29, 0.5)
    strands = [(6, 17.3, 77, -0.5), (9.5, 19.7, 72, 0.4), (13, 23.1, 84, 0.6), (16.2, 14.9, 76, -0.2),
               (21, 27.7, 79, 0.1), (30, 21.3, 69, -0.6), (41, 31.1, 88, 0.5)]
    loops(song, "bells", glass, strands, end - 6, 0.55, 4.0)
    loops(song, "tower", bell, [(12, 31, 65, 0.0), (27.5, 31, 60, 0.15)], end - 8, 0.45, 5.0)
    song.play("sea", surf, 0, end + 4, 56, 0.5, tight=True)
    return mix(song, {"pad": Strip(-22, DARK, 0.55), "sub": Strip(-31, GROUND, mono=True), "bells": Strip(-24, AIR, 0.8, 0.3),
                      "tower": Strip(-27, AIR, 0.9, 0.2), "sea": Strip(-37, (), 0.1)},
               -20.0, 4.2, bright=3800.0, delay=(2.6, 0.5, 2000), glue=0.0)


def fog_signal(seed):
    """D dorian over a drone. Two horns far apart keep their own schedules; an e-piano thinks aloud."""
    song = Song("Fog Signal", seed, 60, 118, 10.0, loose=0.03)
    for first, midi, vel in ((0, 38, 0.8), (0, 45, 0.5), (40, 50, 0.45), (78, 43, 0.4)):
        song.play("drone", drone, first, min(52, 122 - first), midi, vel, tight=True)
    song.play("drone", drone, 44, 74, 38, 0.8, tight=True)
    for beat in np.arange(9, 112, 23.0):
        song.play("horns", foghorn, beat, 3.6, 38, 0.7, -0.45, tight=True)
    for beat in np.arange(17.5, 112, 31.0):
        song.play("horns", foghorn, beat, 2.8, 45, 0.45, 0.6, tight=True)
    scale = Scale("D4", "dorian")
    wander(song, "keys", electric_piano, scale, 14, 62, (1.5, 2.0, 3.0, 4.5), -2, 9, 0.45, 0.3, 0.25, 3.0)
    wander(song, "keys", electric_piano, scale, 72, 112, (1.0, 2.0, 3.0, 4.0), 0, 11, 0.45, 0.3, 0.25, 3.0)
    symbols = ["Dm9", "Dm9", "G/D", "Am7", "Fmaj9", "Em7", "Dm9"]
    chords(song, "choir", choir, symbols, 16.5, 57, 74, 0.5, 1.0)
    song.play("sea", surf, 0, 124, 52, 0.6, tight=True)
    return mix(song, {"drone": Strip(-24, DARK), "horns": Strip(-27, (low_pass(900, 1), shelf_low(120, 2)), 0.9),
                      "keys": Strip(-23, (high_pass(140), low_pass(4500, 1)), 0.6, 0.45, wide=(2.5, 0.4, 0.5)),
                      "choir": Strip(-26, (high_pass(160), low_pass(4500, 1)), 0.8), "sea": Strip(-34, (), 0.1)},
               -19.0, 5.0, bright=3000.0, delay=(1.75, 0.55, 1700), glue=0.0)


def glass_water(seed):
    """B minor pentatonic. A kalimba pattern loses and regains notes; everything else is its echo."""
    song = Song("Glass Water", seed, 76, 144, 8.0, loose=0.012)
    scale = Scale("B3", "minor pentatonic")
    figure = (0, 4, 2, 6, 3, 7, 5, 2)
    for bar in range(4, 33):
        keep = 0.35 + 0.55 * np.sin(np.pi * (bar - 2) / 32)
        turn = (bar // 4) % 3
        for i, degree in enumerate(figure):
            if song.rng.random() < keep:
                song.play("kalimba", kalimba, bar * 4 + i / 2, 1, scale.at(degree + turn), 0.5 + 0.12 * (i % 4 == 0),
                          -0.5 + i / 7)
    symbols = ["Bm9", "Gmaj9", "Dadd9", "A6", "Em9", "Gmaj9", "Bm9", "A6", "Gmaj9", "Dadd9", "Em9", "Bm9"]
    end = chords(song, "pad", slow_pad, symbols, 12, 54, 74, 0.5, 1.5)
    roots(song, "sub", deep, symbols, 12, 28, 0.5)
    wander(song, "glass", glass, Scale("B4", "minor pentatonic"), 24, end - 14, (3, 4, 5.5, 6), 0, 8, 0.5, 0.6, 0.35, 4)
    return mix(song, {"kalimba": Strip(-22, (high_pass(150), low_pass(6500, 1)), 0.4, 0.5), "pad": Strip(-23.5, DARK, 0.5),
                      "sub": Strip(-31, GROUND, mono=True), "glass": Strip(-25, AIR, 0.8, 0.4)},
               -18.0, 3.6, bright=4200.0, delay=(1.5, 0.55, 2300), glue=0.3)


def orion_rising(seed):
    """A flat. A harp climbs eight chords, slowly, each time from a little higher."""
    symbols = ["Abadd9", "Eb/G", "Fm9", "Dbmaj9", "Abadd9/C", "Dbmaj9", "Bbm9", "Eb9sus4"] * 2
    song = Song("Orion, Rising", seed, 66, 8 * len(symbols) + 8, 8.0, loose=0.016, rit=(10, 1.4))
    chords(song, "strings", choir, symbols, 8, 55, 73, 0.45, 1.0)
    notes = None
    for i, symbol in enumerate(symbols):
        chord = Chord(symbol)
        notes = voice(chord, notes, 55, 72)
        climb = [chord.bass_note(39)] + notes + [n + 12 for n in notes] + [notes[0] + 24]
        high = 5 + min(4, i // 3)
        for k in range(8):
            rise = climb[min(k, high)] if k <= high else climb[max(1, 2 * high - k)]
            song.play("harp", harp, i * 8 + k + (0.06 * k if k < 3 else 0), 3, rise, 0.5 + 0.02 * i - 0.02 * k, -0.4 + 0.1 * k)
        if i % 2:
            song.play("stars", glass, i * 8 + 4.5, 4, notes[-1] + 12 + (7 if i % 4 == 1 else 12), 0.42, song.rng.uniform(-0.7, 0.7))
    for k, midi in enumerate((44, 56, 63, 68, 72, 75)):
        song.play("harp", harp, len(symbols) * 8 + k * 0.35, 6, midi, 0.55, -0.3 + 0.12 * k)
    song.play("ground", drone, 0, len(symbols) * 8 + 6, 32, 0.6, tight=True)
    return mix(song, {"harp": Strip(-20, (high_pass(70), peak(200, 1.5), low_pass(7000, 1)), 0.45, 0.2),
                      "strings": Strip(-26, (high_pass(180), low_pass(4200, 1)), 0.7), "stars": Strip(-29, AIR, 1.0, 0.5),
                      "ground": Strip(-36, (high_pass(40), low_pass(600, 1)))},
               -17.0, 4.5, bright=4500.0, delay=(2.0, 0.4, 2400), glue=0.0)


def second_watch(seed):
    """E minor. A slow canon for four voices at the distance of six beats, the last voice at half speed."""
    song = Song("Second Watch", seed, 63, 126, 8.0, loose=0.02)
    scale = Scale("E4", "minor")
    theme = "1:4 3:2 | 2:3 1:1 7,:2 | 1:4 5:2 | 4:3 3:1 2:2 | 3:4 5:2 | 7:3 5:1 3:2 | 4:3 2:1 7,:2 | 1:6"
    for first in (6, 60):
        song.sing("voices", choir, scale, theme, first, 0, 0.6, -0.4, legato=1.0)
        song.sing("voices", choir, scale, theme, first + 6, 0, 0.5, 0.4, thirds=-2, legato=1.0)
    song.sing("low", choir, scale, theme.replace(":4", ":8").replace(":2", ":4 ").replace(":3", ":6").replace(":1 ", ":2 ")
              .replace(":6 ", ":6 "), 12, -1, 0.6, 0.0, legato=1.0)
    symbols = ["Em", "Em7", "G", "Am7", "Em", "G6", "Am7", "Em7", "Em", "Em"]
    chords(song, "pad", slow_pad, symbols, 12.4, 48, 67, 0.45, 2.0)
    loops(song, "tower", bell, [(3, 24.8, 64, -0.2), (15.4, 37.2, 71, 0.3)], 116, 0.4, 5)
    return mix(song, {"voices": Strip(-21, (high_pass(150), low_pass(5200, 1)), 0.7), "low": Strip(-26, (high_pass(80), low_pass(3000, 1)), 0.5),
                      "pad": Strip(-26, DARK, 0.4), "tower": Strip(-30, AIR, 0.9, 0.2)},
               -18.5, 4.8, bright=3600.0, delay=(3.1, 0.4, 1800), glue=0.0)


SONGS = {"Beacon Interval": beacon_interval, "Fog Signal": fog_signal, "Glass Water": glass_water,
         "Orion, Rising": orion_rising, "Second Watch": second_watch}
