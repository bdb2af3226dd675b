//! The tests that look at Longwave from outside: with other programs' eyes and ears.

mod codec;
