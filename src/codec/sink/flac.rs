//! FLAC files: 24 bits, stereo, 48 kHz, with length, digest and seek table.
//!
//! In: frames. Out: a FLAC file. Rounding: `quantize`.
//! Spec: RFC 9639.

use super::{SinkError, Target};
use crate::codec::packet::EncodeError;
use crate::codec::quantize::to_i24;
use crate::units::{Frame, SAMPLE_RATE};
use flac_codec::Error;
use flac_codec::encode::{FlacSampleWriter, Options};
use std::io::BufWriter;

/// A FLAC file in the making.
pub(super) struct Flac {
    library: FlacSampleWriter<BufWriter<Box<dyn Target>>>,
    samples: Vec<i32>,
}

impl Flac {
    pub(super) fn create(to: Box<dyn Target>, title: Option<&str>) -> Result<Self, SinkError> {
        let mut options = Options::default();
        if let Some(title) = title {
            options = options.tag("TITLE", title);
        }
        let library = FlacSampleWriter::new(BufWriter::new(to), options, SAMPLE_RATE as u32, 24, 2, None)
            .map_err(failed)?;
        Ok(Self { library, samples: Vec::new() })
    }

    pub(super) fn write(&mut self, pcm: &[Frame]) -> Result<(), SinkError> {
        self.samples.clear();
        self.samples.extend(pcm.as_flattened().iter().map(|&sample| to_i24(sample)));
        self.library.write(&self.samples).map_err(failed)
    }

    pub(super) fn finish(self) -> Result<(), SinkError> {
        self.library.finalize().map_err(failed)
    }
}

fn failed(error: Error) -> SinkError {
    match error {
        Error::Io(error) => SinkError::Io(error),
        error => EncodeError::Failed { codec: "FLAC", why: error.to_string() }.into(),
    }
}
