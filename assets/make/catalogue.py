"""What is on air: every song and ident, who made it, in what file and format.

In: nothing. Out: plain tables. Never: makes or reads a file.
"""

from collections import namedtuple

# `codec` names a row of FORMATS in encode.py; `lead` and `trail` are seconds of true silence around the music;
# `picture`: the cover is embedded in the file.
Item = namedtuple("Item", "station path title artist album year genre codec lead trail picture")

STATIONS = {"harbour": "Harbour Radio", "nightwatch": "Nightwatch", "circuit": "Circuit"}


def _songs(station, rows):
    return [Item(station, *row) for row in rows]


SONGS = _songs("harbour", [
    ("power/low-tide-morning.opus", "Low Tide Morning", "Mara Quay", "Small Boats", 2024, "Folk", "opus 64k", 0.0, 0.4, False),
    ("power/lanterns-on-the-breakwater.m4a", "Lanterns on the Breakwater", "The Tidewater Five", "Evening Ferry", 2023, "Bossa Nova", "aac 80k", 0.3, 0.0, True),
    ("power/slack-water.mp3", "Slack Water", "The Tidewater Five", "Evening Ferry", 2023, "Soul", "mp3 96k", 0.0, 1.2, True),
    ("power/rope-and-salt.m4a", "Rope and Salt", "Old Mole Road", "Kettles and Oars", 2025, "Folk", "aac 80k", 0.0, 0.0, True),
    ("gold/ferry-waltz.ogg", "Ferry Waltz", "Mara Quay", "Small Boats", 2024, "Folk", "vorbis q2", 0.5, 0.0, False),
    ("gold/copper-kettle.mp3", "Copper Kettle", "Old Mole Road", "Kettles and Oars", 2025, "Bluegrass", "mp3 96k", 0.0, 0.6, True),
    ("gold/harbour-light.flac", "Harbour Light", "Mara Quay", "Small Boats", 2024, "Folk", "flac 32k mono", 0.8, 1.5, True),
]) + _songs("nightwatch", [
    ("music/beacon-interval.opus", "Beacon Interval", "Halyard & Moss", "Signals at Sea Level", 2022, "Ambient", "opus 64k", 0.0, 2.0, False),
    ("music/fog-signal.m4a", "Fog Signal", "The Sleeping Keeper", "Lamp Room", 2024, "Ambient", "aac 64k", 0.0, 0.0, True),
    ("music/glass-water.mp3", "Glass Water", "Halyard & Moss", "Signals at Sea Level", 2022, "Ambient", "mp3 32k rate", 0.6, 0.0, True),
    ("music/orion-rising.ogg", "Orion, Rising", "Pale Meridian", "Declination", 2025, "Ambient", "vorbis q1", 0.0, 0.5, False),
    ("music/second-watch.mp3", "Second Watch", "The Sleeping Keeper", "Lamp Room", 2024, "Ambient", "mp3 vbr", 0.0, 1.0, True),
]) + _songs("circuit", [
    ("music/copper-trace.mp3", "Copper Trace", "Relay Club", "Normally Open", 2025, "House", "mp3 96k", 0.0, 0.0, True),
    ("music/night-bus-41.opus", "Night Bus 41", "Osk", "Timetables", 2024, "Deep House", "opus 72k", 0.4, 0.0, False),
    ("music/ground-loop.m4a", "Ground Loop", "Relay Club", "Normally Open", 2025, "Techno", "aac 48k rate", 0.0, 0.3, True),
    ("music/soft-reset.mp3", "Soft Reset", "Vela Park", "Soft Reset", 2023, "Synth-pop", "mp3 vbr", 0.0, 0.8, True),
    ("music/phase-locked.ogg", "Phase Locked", "Osk", "Timetables", 2024, "Minimal", "vorbis q2", 0.0, 0.0, False),
    ("music/sunrise-protocol.opus", "Sunrise Protocol", "Vela Park", "Soft Reset", 2023, "Trance", "opus 72k", 0.35, 0.0, False),
])

# station, file, codec, espeak-ng voice, words a minute, pitch, sting (a name in idents.py), text
Ident = namedtuple("Ident", "station path codec voice speed pitch sting text")

IDENTS = [Ident(*row) for row in (
    ("harbour", "idents/ident-1.mp3", "mp3 96k", "en-gb-x-rp+f2", 150, 46, "boat",
     "You're listening to Harbour Radio. Songs for the water's edge."),
    ("harbour", "idents/ident-2.wav", "wav mono 22k", "en-gb-scotland", 150, 38, "quay",
     "Harbour Radio. High water, and plenty of it."),
    ("harbour", "idents/ident-3.m4a", "aac 80k", "en-gb-x-rp+f2", 148, 46, "evening",
     "From the first ferry to the last lantern: Harbour Radio."),
    ("harbour", "idents/ident-4.opus", "opus 72k", "en-gb-scotland", 152, 38, "boat",
     "Tie up, sit down, and stay a while. This is Harbour Radio."),
    ("harbour", "idents/ident-5.mp3", "mp3 mono", "en-gb-x-rp+f2", 150, 48, "quay", "Harbour Radio."),
    ("nightwatch", "idents/ident-1.ogg", "vorbis q2", "en-us+m3", 125, 28, "lamp",
     "Nightwatch. The lamp is lit."),
    ("nightwatch", "idents/ident-2.aiff", "aiff", "en-us+m3", 122, 28, "tower",
     "All is well. This is Nightwatch."),
    ("nightwatch", "idents/ident-3.mp3", "mp3 32k rate", "en-us+m3", 124, 28, "lamp",
     "Slow music for the small hours. Nightwatch."),
    ("nightwatch", "idents/ident-4.m4a", "aac 80k", "en-us+m3", 122, 28, "tower",
     "Nobody is in a hurry here. You are listening to Nightwatch."),
    ("circuit", "idents/ident-1.mp3", "mp3 112k", "en-us+f3", 168, 52, "switch", "This is Circuit. Current, flowing."),
    ("circuit", "idents/ident-2.opus", "opus 72k", "en-us+f3", 172, 52, "relay",
     "Circuit. All switches closed. Keep it running."),
    ("circuit", "idents/ident-3.flac", "flac 32k mono", "en-us+f3", 170, 52, "switch", "You are connected. Circuit."),
    ("circuit", "idents/ident-4.m4a", "aac 80k", "en-us+f3", 172, 54, "relay",
     "No resistance. Just Circuit, all day, all night."),
    ("circuit", "idents/ident-5.ogg", "vorbis q2", "en-us+f3", 168, 50, "switch", "Circuit. Mind the voltage."),
)]
