//! The library and the decoders, with real files made by ffmpeg, lame, flac and opusenc.

mod decks;
mod decoding;
mod fixtures;
mod measuring;
mod remembering;
mod scanning;
mod speed;
