"""The songs of Harbour Radio: warm, plucked, sung by flute, vibes, fiddle, guitar and accordion.

In: a seed. Out: stereo masters. Each song is written out: key, chords, tunes, form and players.
"""

from accompany import bass, comping, groove, picking, strumming, sustained
from filters import high_pass, low_pass, peak, shelf_high, shelf_low
from keys import accordion, electric_piano, ensemble, fiddle, flute, kalimba, marimba, organ, vibes
from mixdown import Strip, mix
from score import Scale, Section, Song, length_in_beats, perform
from strings import finger_bass, nylon, steel, upright
from synths import surf

WOOD = (high_pass(70), peak(115, 2.5, 1.4), peak(230, 2.0, 1.6), peak(2800, 1.5, 0.9))  # a guitar's body
LOW_END = (high_pass(32), shelf_low(140, 6.0), peak(700, 1.5, 0.8), low_pass(3000, 1))
KEYS = (high_pass(110), peak(350, -2.0, 0.8))
TUNE = (high_pass(180), peak(2400, 1.5, 0.8))
KIT = (high_pass(140), shelf_high(7000, -1.0))


def singer(track, player, scale, octave=0, vel=0.75, pan=0.0):
    """Someone who can be handed a tune; keywords of Song.sing may be changed for one song."""
    def sing(song, text, beat, section, **more):
        song.sing(track, player, scale, text, beat, octave, vel * (0.6 + 0.5 * section.level), pan, **more)
    return sing


def again(sing, **more):
    return lambda song, text, beat, section: sing(song, text, beat, section, **more)


def low_tide_morning(seed):
    """D major, 92: fingerpicked guitar, electric piano, a flute that keeps coming back to its first four notes."""
    verse = "Dadd9 | Bm7 | Gmaj7 | A7sus4 | Dadd9 | F#m7 | Gmaj9 | A7sus4 A7"
    chorus = "Gmaj9 | A7 | F#m7 | Bm9 | Em9 | A7sus4 | Dmaj9 | Dmaj9"
    bridge = "Bbmaj7 | C6 | Dadd9 | Dadd9 | Gm6 | Dadd9/F# | Em7 | A7sus4 A7"
    a_tune = ("3:.5 4 5:1.5 1':.5 7 5 | 6:2.5 5:.5 3 2 | 3:3 -:1 | 2:1.5 3:.5 5:2 |"
              "3:.5 4 5:1.5 1':.5 7 5 | 3':1.5 2':.5 7:2 | 6:2.5 5:.5 6 7 | 5:3 -:1")
    c_tune = ("6:.5 7 1':1 2':1.5 1':.5 | 7:1.5 5:.5 5:2 | 5:.5 6 7:1 2':1.5 7:.5 | 6:3 -:.5 5 |"
              "4:.5 5 6:1 1':1.5 6:.5 | 5:1.5 4:.5 2:1 5:1 | 3:3.5 5:.5 | 6:1 5 3:1.5 -:.5")
    b_tune = "-:1 4':2 b3':1 | 2':1.5 1':.5 b7:2 | 2':1 3' 5':2 | 3':3 -:1 | 1':2 2':2 | 3':2 6:2 | 5:1 6 7 1' | 2':3 -:1"
    sections = [
        Section("Dadd9 | Bm7 | Gmaj7 | A7sus4", "guitar", 0.5),
        Section(verse, "guitar bass shaker", 0.6, [("flute", a_tune)]),
        Section(chorus, "guitar bass kit piano", 0.75, [("flute", c_tune)]),
        Section(verse, "guitar bass kit piano", 0.7, [("vibes", a_tune)]),
        Section(chorus, "guitar bass kit piano strings", 0.85, [("flute2", c_tune)]),
        Section(bridge, "guitar piano strings bass", 0.6, [("flute", b_tune)]),
        Section(chorus, "guitar bass kit piano strings", 0.95, [("flute3", c_tune)]),
        Section("Gmaj9 | A7sus4 | Dadd9 | Dadd9", "guitar piano", 0.5, [("vibes", "-:2 3:.5 4 5:1 | 2':2 1':2 | 5:4 | 1:4")]),
    ]
    song = Song("Low Tide Morning", seed, 92, length_in_beats(sections, 4), 4.5, swing=0.05, rit=(7, 1.35))
    scale = Scale("D4", "major")
    wind = singer("flute", flute, scale, 0, 0.75, 0.08)
    players = {
        "guitar": picking("guitar", nylon, "0 3 2 4 5 3 2 4", 38, -0.3),
        "bass": bass("bass", finger_bass, ((0, 1.4, "r"), (1.5, 0.5, "r"), (2, 1.2, "f"), (3.5, 0.5, "w")), 28),
        "shaker": groove("kit", "S: 5.372536"),
        "kit": groove("kit", "K: 8..2.27.; b: ..7...74; S: 53735373",
                      "K: 8..2.27.; b: ..7.3.58; S: 53735373; T: ......4."),
        "piano": comping("piano", electric_piano, ((0, 1.4), (1.5, 2.0), (3.5, 0.5)), 0.25, 0.5),
        "strings": sustained("strings", ensemble, 0, 0.5, 12, 0.5),
    }
    singers = {"flute": wind, "vibes": singer("vibes", vibes, scale, 0, 0.7, -0.15),
               "flute2": again(wind, vary=0.35), "flute3": again(wind, vary=0.4, thirds=-2)}
    perform(song, sections, 4, players, singers, 54, 74)
    return mix(song, {
        "guitar": Strip(-21, WOOD, 0.16), "bass": Strip(-23, LOW_END, 0.02, mono=True),
        "kit": Strip(-27, KIT, 0.12), "kit kick": Strip(-27, (), 0.03), "piano": Strip(-25, KEYS, 0.14, pan=(3.1, 0.2)),
        "strings": Strip(-27, (high_pass(250), low_pass(5000, 1)), 0.4), "flute": Strip(-19.5, TUNE, 0.26, 0.12),
        "vibes": Strip(-22.5, TUNE, 0.24, 0.1)}, -15.5, 1.5, delay=(0.75, 0.35, 2600))


def lanterns_on_the_breakwater(seed):
    """A minor, bossa at 126: nylon guitar, upright bass, vibes; the second tune a flute's."""
    a_part = "Am9 | Am9 | D9 | D9 | Dm9 | G13 | Cmaj9 | E7b9"
    b_part = "Fmaj9 | Bm7b5 E7b9 | Am9 | A7 | Dm9 | G13 | Bm7b5 | E7b9"
    a_tune = ("-:1 3:.5 5 7:1 5:.5 3 | 2:2.5 1:.5 3 5 | #6:1.5 5:.5 4:1 2 | 4:3 -:1 |"
              "-:.5 4 6:.5 1' 3':1.5 1':.5 | 2':1 1':.5 7 5:2 | 7:1.5 5:.5 4:2 | #3:1 2 #7,:1.5 -:.5")
    b_tune = ("5:1.5 3:.5 5 6 5:1 | 4:1 2 #3:1.5 2:.5 | 3:1.5 5:.5 1':2 | 7:1.5 5:.5 #3:2 |"
              "4:1.5 6:.5 1' 3' 1':1 | 7:1 5 6:1.5 5:.5 | 4:1.5 2:.5 4:1 6 | #7:2 #3:1 -:1")
    sections = [
        Section("Am9 | D9 | Am9 | E7b9", "guitar rim", 0.5),
        Section(a_part, "guitar bass rim", 0.65, [("vibes", a_tune)]),
        Section(a_part, "guitar bass rim piano", 0.75, [("vibes", a_tune)]),
        Section(b_part, "guitar bass rim congas piano", 0.8, [("flute", b_tune)]),
        Section(a_part, "guitar bass rim congas piano", 0.8, [("vibes2", a_tune)]),
        Section(b_part, "guitar bass rim congas", 0.7, [("guitar", b_tune)]),
        Section(a_part, "guitar bass rim congas piano", 0.9, [("both", a_tune)]),
        Section("Dm9 | G13 | Am9 | D9 | Dm9 | E7b9 | Am9 | Am9", "guitar bass rim", 0.6,
                [("vibes", "-:1 4:.5 6 1':2 | 7:2 5:2 | 3:3 -:1 | - 4:1 #6:2 | 6:2 4:2 | #3:2 2:2 | 1:4 | -:4")]),
    ]
    song = Song("Lanterns on the Breakwater", seed, 126, length_in_beats(sections, 4), 3.6, rit=(6, 1.3), loose=0.007)
    scale = Scale("A4", "minor")
    mallets = singer("vibes", vibes, scale, 0, 0.75, 0.1)
    wind = singer("flute", flute, scale, 0, 0.7, -0.1)

    def both(song, text, beat, section):
        mallets(song, text, beat, section, vary=0.3)
        wind(song, text, beat, section)

    players = {
        "guitar": comping("guitar", nylon, ((0, 1.0), (1.5, 0.9), (2.5, 1.0), (3.5, 0.5)), -0.32, 0.6),
        "bass": bass("bass", upright, ((0, 1.4, "r"), (1.5, 0.5, "f"), (2, 1.4, "f"), (3.5, 0.5, "w")), 28, walk=True),
        "rim": groove("kit", "r: 7..5..6..5..6...; S: 5264526452645264; K: 6......26......2",
                      "r: 7..5..6..5..6.4.; S: 5264526452645275; K: 6......26......2"),
        "congas": groove("congas", "g: ..4...6...4..35.; G: ......5.......75"),
        "piano": comping("piano", electric_piano, ((0.5, 1.2), (2, 0.5), (3, 0.8)), 0.3, 0.42),
    }
    perform(song, sections, 4, players,
            {"vibes": mallets, "vibes2": again(mallets, vary=0.45), "flute": wind, "both": both,
             "guitar": singer("solo", nylon, scale, 0, 0.85, 0.0)}, 52, 71)
    return mix(song, {
        "guitar": Strip(-21.5, WOOD, 0.12), "solo": Strip(-21, WOOD, 0.2, 0.1), "bass": Strip(-23, LOW_END, 0.03, mono=True),
        "kit": Strip(-28, KIT, 0.1), "kit kick": Strip(-31, (), 0.03), "congas": Strip(-29, KIT, 0.15),
        "piano": Strip(-27, KEYS, 0.15, wide=(2.0, 0.5, 0.5)), "vibes": Strip(-20.5, TUNE, 0.2, 0.08),
        "flute": Strip(-21, TUNE, 0.24, 0.08)}, -17.0, 1.3, delay=(1.0, 0.3, 2400))


def ferry_waltz(seed):
    """G major in three: accordion, steel guitar off the beat, a marimba that comments."""
    a_part = "G | G/B | C | C | G/D | Em7 | A7 | D7 | G | G7/B | C | Cm6 | G/D | D7 | G | D7"
    b_part = "Em | Em | B7 | B7 | C | G/B | Am7 | D7 | Em | Em7 | A7 | A7 | C | G/B | Am7 | D7sus4 D7 D7"
    a_tune = ("3:1 5 3' | 2':2 1':1 | 1':1.5 6:.5 1':1 | 6:3 | 5:1 1' 3' | 1':2 7:1 | 6:1 2' #4' | 2':3 |"
              "3:1 5 3' | 5':2 4':1 | 4':1.5 1':.5 6:1 | b6:3 | 5:1 1' 3' | 2':1 7 5 | 1':3 | -:3")
    b_tune = ("6:1 1' 3' | 3':2 1':1 | 7:1 2' #5' | 3':2 2':1 | 4':1 1' 6 | 3':2 1':1 | 2':1 1' 6 | 2':2 7:1 |"
              "6:1 1' 3' | 5':2 3':1 | #4':1 3' 2' | 2':3 | 4':1 1' 6 | 3':2 5:1 | 6:1 2' 4' | 2':2 -:1")
    sections = [
        Section("G | Em7 | Am7 | D7", "guitar bass", 0.6),
        Section(a_part, "guitar bass", 0.7, [("reeds", a_tune)]),
        Section(b_part, "guitar bass kit strings", 0.75, [("fiddle", b_tune)]),
        Section(a_part, "guitar bass kit marimba", 0.8, [("reeds2", a_tune)]),
        Section(b_part, "guitar bass kit strings marimba", 0.9, [("both", b_tune)]),
        Section(a_part, "guitar bass kit strings", 0.95, [("reeds3", a_tune)]),
        Section("C | Cm6 | G/D | D7 | G | G", "guitar bass strings", 0.7,
                [("reeds", "4':1 1' 6 | b6:3 | 5:1 1' 3' | 2':2 7:1 | 1':3 | 1':2.5 -:.5")]),
    ]
    song = Song("Ferry Waltz", seed, 150, length_in_beats(sections, 3), 3.2, loose=0.008, rit=(9, 1.6))
    scale = Scale("G4", "major")
    reeds = singer("accordion", accordion, scale, 0, 0.7, 0.05)
    bow = singer("fiddle", fiddle, scale, 0, 0.7, -0.2)

    def both(song, text, beat, section):
        bow(song, text, beat, section, vary=0.2)
        reeds(song, text, beat, section, thirds=-2)

    players = {
        "guitar": strumming("guitar", steel, ((1, 0.7, "d"), (2, 0.7, "d"), (2.5, 0.4, "u")), 52, -0.35),
        "bass": bass("bass", upright, ((0, 1.8, "r"), (2, 0.9, "w")), 31),
        "kit": groove("kit", "K: 7.....; b: ..5.5.; w: 5.....; j: ....3.", "K: 7....3; b: ..5.56; w: 5....."),
        "marimba": picking("marimba", marimba, ". 2 3 4 3 2", 55, 0.4, 0.5, 0.5),
        "strings": sustained("strings", ensemble, 0, 0.45, 0, 0.6),
    }
    perform(song, sections, 3, players, {"reeds": reeds, "reeds2": again(reeds, vary=0.3), "fiddle": bow, "both": both,
                                         "reeds3": again(reeds, vary=0.3, thirds=-2)}, 55, 74)
    return mix(song, {
        "accordion": Strip(-20.5, (high_pass(200), low_pass(7000, 1), peak(1200, -1.5)), 0.18),
        "fiddle": Strip(-21, (high_pass(230), low_pass(8000, 1)), 0.28), "guitar": Strip(-24, WOOD, 0.12),
        "bass": Strip(-22.5, LOW_END, 0.04, mono=True), "kit": Strip(-29, KIT, 0.14), "kit kick": Strip(-30, (), 0.05),
        "marimba": Strip(-26, KEYS, 0.16), "strings": Strip(-28, (high_pass(220), low_pass(4200, 1)), 0.35)}, -14.0, 1.2)


def copper_kettle(seed):
    """E mixolydian, a train beat at 104: steel-string picking against a fiddle reel, hands clapping at the end."""
    a_part = "E | E | D | A | E | E | D A | E"
    b_part = "A | E | D | A | A | E | Bm7 | D"
    a_tune = ("1:.5 2 3 5 6:1 5:.5 3 | 5:.5 3 2 1 2:1 1:.5 6, | b7,:.5 1 2 4 5:1 4:.5 2 | 3:.5 1 6, 1 3:1.5 -:.5 |"
              "1:.5 2 3 5 6:1 5:.5 6 | 1':.5 6 5 3 5:1.5 3:.5 | 2:.5 4 2 b7, 1 3 1 6, | 1:2 -:1 5:.5 6")
    b_tune = ("1':1 6:.5 1' 3':1 1':.5 6 | 5:.5 6 5 3 1:1.5 3:.5 | 4:.5 2 4 5 b7:1 5:.5 4 | 3:.5 4 3 1 6,:1.5 5:.5 |"
              "1':.5 6 1' 2' 3':1 2':.5 1' | 5:.5 6 1' 6 5:1.5 3:.5 | 2:.5 4 5 b7 2':1 b7:.5 5 | 4:1 2:.5 4 b7:1.5 -:.5")
    sections = [
        Section("E | E | E | D A", "picking", 0.6),
        Section(a_part, "picking bass", 0.65, [("solo", a_tune)]),
        Section(a_part, "picking bass train", 0.75, [("fiddle", a_tune)]),
        Section(b_part, "picking bass train strum", 0.8, [("fiddle", b_tune)]),
        Section("Bm7 | A | D | E | Bm7 | A | D | D", "picking kalimba", 0.55,
                [("whistle", "5:2 4:1 2 | 3:3 -:1 | 2:1.5 4:.5 6:2 | 5:4 | 5:2 b7:1 5 | 6:3 5:1 | 4:2 5:1 6 | b7:3 -:1")]),
        Section(b_part, "picking bass train strum claps", 0.9, [("fiddle2", b_tune)]),
        Section(a_part, "picking bass train strum claps", 1.0, [("fiddle3", a_tune)]),
        Section("D A | E | D A | E", "picking bass", 0.7, [("fiddle", "2:.5 4 2 b7, 1 3 1 6, | 1:3 -:1 | 2:.5 4 2 b7, 1 3 1 6, | 1:4")]),
    ]
    song = Song("Copper Kettle", seed, 112, length_in_beats(sections, 4), 3.0, swing=0.08, rit=(4, 1.3), loose=0.005)
    scale = Scale("E4", "major")
    bow = singer("fiddle", fiddle, scale, 0, 0.75, 0.12)
    players = {
        "picking": picking("guitar", steel, "0 3 5 4 0 2 5 3", 40, -0.3, 0.6, 0.9),
        "bass": bass("bass", upright, ((0, 0.9, "r"), (2, 0.9, "f")), 28),
        "train": groove("kit", "K: 7...7...; b: 3464346434643466", "K: 7...7..4; b: 3464346434647578"),
        "strum": strumming("strum", steel, ((0, 0.8, "d"), (1, 0.4, "d"), (1.5, 0.4, "u"), (2.5, 0.4, "u"), (3, 0.4, "d"),
                                            (3.5, 0.4, "u")), 52, 0.42, 0.4),
        "claps": groove("claps", "c: ..6...6.; j: 3.6.3.6."),
        "kalimba": picking("kalimba", kalimba, ". 3 1 4 2 3 4 2", 52, 0.3, 0.6, 0.5),
    }
    perform(song, sections, 4, players,
            {"fiddle": bow, "fiddle2": again(bow, vary=0.25), "fiddle3": again(bow, vary=0.2, thirds=-2),
             "solo": singer("solo", steel, scale, 0, 0.8, 0.1), "whistle": singer("whistle", flute, scale, 1, 0.6, -0.1)}, 52, 71)
    return mix(song, {
        "guitar": Strip(-22, WOOD, 0.08), "strum": Strip(-27, WOOD + (high_pass(200),), 0.08), "solo": Strip(-20, WOOD, 0.14),
        "bass": Strip(-22, LOW_END, 0.02, mono=True), "kit": Strip(-28, KIT + (low_pass(9000, 1),), 0.08), "kit kick": Strip(-27, (), 0.02),
        "claps": Strip(-30, KIT, 0.2), "kalimba": Strip(-25, KEYS, 0.2), "whistle": Strip(-22, TUNE, 0.3, 0.1),
        "fiddle": Strip(-20, (high_pass(230), low_pass(7500, 1)), 0.16)}, -13.0, 1.0, delay=(0.75, 0.3, 2500))


def slack_water(seed):
    """E flat, a slow six: electric piano and organ, a guitar that takes its time."""
    verse = "Ebmaj9 | Cm9 | Abmaj9 | Bb9sus4 | Ebmaj9 | Gm7 Cm7 | Abmaj7 | Bb9sus4 Bb7"
    chorus = "Abmaj9 | Gm7 | Fm9 | Ebmaj7 | Abmaj9 | Gm7 C7 | Fm9 | Bb9sus4"
    v_tune = ("-:1 5:1 3':1 2':2 7:1 | 1':4 -:1 5:1 | 1':2 7:1 5:2 3:1 | 4:4.5 -:1.5 |"
              "-:1 5:1 3':1 5':2 3':1 | 2':3 1':2 7:1 | 1':2 5:1 6:2 1':1 | 2':4 -:2")
    c_tune = ("3':3 2':1 1' 7 | 2':3 7:2 5:1 | 1':2 7:1 6:2 4:1 | 5:4 -:1 5:1 |"
              "3':3 4':1 3' 1' | 2':2 7:1 #1':3 | 1':2 6:1 4:2 6:1 | 5:4 -:2")
    sections = [
        Section("Ebmaj9 | Abmaj9", "piano", 0.5),
        Section(verse, "piano bass kit", 0.6, [("guitar", v_tune)]),
        Section(chorus, "piano bass kit organ", 0.8, [("guitar2", c_tune)]),
        Section(verse, "piano bass kit organ", 0.7, [("guitar2", v_tune)]),
        Section(chorus, "piano bass kit organ strings", 0.95, [("guitar3", c_tune)]),
        Section("Abmaj9 | Gm7 C7 | Fm9 | Bb9sus4 | Ebmaj9 | Ebmaj9", "piano organ bass", 0.55,
                [("guitar", "3':3 4':1 3' 1' | 2':2 7:1 #1':3 | 1':2 6:1 4:2 6:1 | 5:3 4:3 | 3:6 | -:6")]),
    ]
    song = Song("Slack Water", seed, 152, length_in_beats(sections, 6), 4.0, loose=0.010, rit=(10, 1.3))
    scale = Scale("Eb4", "major")
    guitar = singer("guitar", nylon, scale, 0, 0.9, -0.12)
    players = {
        "piano": comping("piano", electric_piano, ((0, 2.6), (3, 1.6), (5, 0.9)), 0.18, 0.55, 0.03),
        "bass": bass("bass", finger_bass, ((0, 2.6, "r"), (3, 1.6, "f"), (5, 0.9, "w")), 31),
        "kit": groove("kit", "K: 8....3; b: ...7..; R: 534534", "K: 8.....; b: ...7.5; R: 534535; T: ....4."),
        "organ": sustained("organ", organ, -0.2, 0.5, 0, 0.2),
        "strings": sustained("strings", ensemble, 0, 0.5, 12, 0.5),
    }
    perform(song, sections, 6, players, {"guitar": guitar, "guitar2": again(guitar, vary=0.35),
                                         "guitar3": again(guitar, vary=0.3, thirds=-2)}, 53, 72)
    return mix(song, {
        "piano": Strip(-21.5, KEYS, 0.14, wide=(2.2, 0.45, 0.5), pan=(2.4, 0.22)), "guitar": Strip(-20, WOOD, 0.24, 0.16),
        "bass": Strip(-22.5, LOW_END, 0.02, mono=True), "kit": Strip(-28, KIT, 0.16), "kit kick": Strip(-28, (), 0.04),
        "organ": Strip(-28, (high_pass(150), low_pass(3500, 1)), 0.15, wide=(3.0, 0.9, 0.6)),
        "strings": Strip(-28, (high_pass(250), low_pass(5000, 1)), 0.4)}, -18.5, 1.9, delay=(1.5, 0.32, 2200))


def rope_and_salt(seed):
    """F sharp minor at 84: a kalimba figure, toms, strings that pull, fiddle and guitar in answer."""
    a_part = "F#m | D | A | E | F#m | D | Bm7 | C#7sus4 C#7"
    b_part = "D | E | F#m | A/C# | D | E | C#m7 | F#m"
    a_tune = ("-:1 1:1 3:1.5 2:.5 | 1:2 6,:1 1 | 5:2.5 4:.5 3:1 | 2:3 -:1 |"
              "-:1 1:1 5:1.5 4:.5 | 3:2 1:1 3 | 4:1.5 3:.5 2:1 1 | 5,:1 1 #7,:1.5 -:.5")
    b_tune = ("6:1.5 5:.5 4:1 3 | 5:2 4:1 2 | 3:1.5 2:.5 1:2 | 5:1.5 3:.5 5:2 |"
              "6:1.5 5:.5 6:1 1' | 2':2 7:1 5 | 5:1.5 4:.5 2:1 7, | 1:3 -:1")
    sections = [
        Section("F#m | F#m | D | E", "kalimba sea", 0.5),
        Section(a_part, "kalimba bass", 0.6, [("guitar", a_tune)]),
        Section(a_part, "kalimba bass kit", 0.7, [("fiddle", a_tune)]),
        Section(b_part, "kalimba bass kit strings picking", 0.85, [("fiddle", b_tune)]),
        Section("F#m | D | A | E", "kalimba sea picking", 0.5, [("guitar", "-:2 1':1 7 | 6:3 5:1 | 3:2 5:2 | 2:3 -:1")]),
        Section(b_part, "kalimba bass kit strings picking", 0.95, [("fiddle2", b_tune)]),
        Section("D | E | F#m | F#m", "kalimba sea strings", 0.5, [("guitar", "6:1.5 5:.5 4:2 | 2:2 7,:2 | 1:4 | -:4")]),
    ]
    song = Song("Rope and Salt", seed, 92, length_in_beats(sections, 4), 4.0, loose=0.007, rit=(6, 1.3))
    scale = Scale("F#4", "minor")
    bow = singer("fiddle", fiddle, scale, 0, 0.72, 0.15)

    def sea(song, slot):
        if slot.bar == 0:
            song.play("sea", surf, slot.beat, 18, 60, 0.6, tight=True)

    players = {
        "kalimba": picking("kalimba", kalimba, "0 3 4 2 3 4 2 4", 54, -0.25, 0.6, 0.6), "sea": sea,
        "bass": bass("bass", finger_bass, ((0, 1.7, "r"), (2.5, 1.3, "r")), 30),
        "kit": groove("kit", "K: 8.....4.; b: ....8...; T: ......34; S: 45454545; h: ..2...2.",
                      "K: 8.....4.; b: ....8...; T: ...4.567; S: 45454545"),
        "strings": sustained("strings", ensemble, 0, 0.6, 0, 0.6),
        "picking": picking("picking", nylon, "0 2 3 4 5 4 3 2", 42, 0.35, 0.55, 1.4),
    }
    perform(song, sections, 4, players, {"fiddle": bow, "fiddle2": again(bow, vary=0.2, thirds=-2),
                                         "guitar": singer("solo", nylon, scale, 0, 0.85, -0.05)}, 54, 73)
    return mix(song, {
        "kalimba": Strip(-21.5, (high_pass(120), low_pass(8000, 1)), 0.18, 0.15), "solo": Strip(-20.5, WOOD, 0.22, 0.1),
        "bass": Strip(-22, LOW_END, 0.02, mono=True), "kit": Strip(-26, (high_pass(70),), 0.18),
        "kit kick": Strip(-25.5, (shelf_low(90, 2),), 0.08), "sea": Strip(-34, (), 0.1),
        "strings": Strip(-25.5, (high_pass(180), low_pass(4200, 1)), 0.35), "picking": Strip(-26, WOOD, 0.12),
        "fiddle": Strip(-20.5, (high_pass(230), low_pass(7000, 1)), 0.26)}, -16.0, 1.8, delay=(0.75, 0.35, 2200))


def harbour_light(seed):
    """E major, one guitar, no clock to speak of: fifty seconds to close a day."""
    sections = [
        Section("Eadd9 | C#m7 | Amaj9 | B7sus4", "guitar", 0.6, [("tune", "-:2 3:1 5 | 3':2 2':1 7 | 1':3 5:1 | 6:2 5:2")]),
        Section("Eadd9/G# | Amaj9 | F#m9 | B7sus4 B7", "guitar", 0.75, [("tune", "5:1 1' 3':2 | 2':1 1' 5:2 | 4:1 6 1' 3' | 2':3 -:1")]),
        Section("C#m7 | G#m7 | Amaj9 | Am6 | Eadd9 | Eadd9", "guitar", 0.6,
                [("tune", "3':2 1':1 5 | 2':2 7:2 | 1':1 7 5 3 | b6:2 4:2 | 3:4 | -:4")]),
    ]
    song = Song("Harbour Light", seed, 72, length_in_beats(sections, 4), 3.5, loose=0.014, rit=(8, 1.5))
    perform(song, sections, 4, {"guitar": picking("guitar", nylon, "0 2 3 4 5 3 4 2", 40, -0.06, 0.55, 2.2)},
            {"tune": singer("guitar", nylon, Scale("E4", "major"), 0, 0.95, 0.06)}, 52, 68)
    return mix(song, {"guitar": Strip(-18, WOOD, 0.16)}, -19.5, 1.3, bright=3500.0)


SONGS = {"Low Tide Morning": low_tide_morning, "Lanterns on the Breakwater": lanterns_on_the_breakwater,
         "Ferry Waltz": ferry_waltz, "Copper Kettle": copper_kettle, "Slack Water": slack_water,
         "Rope and Salt": rope_and_salt, "Harbour Light": harbour_light}
