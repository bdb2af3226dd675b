//! Tests that need files, sockets or other programs: one binary, a module for each room.

mod library;
