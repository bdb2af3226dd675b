//! The server on a loopback port: made-up snapshots go in, raw sockets look at what comes out.

mod client;
mod media;
mod playlists;
mod server;
mod speakers;
mod streams;
mod studio;
mod told;
