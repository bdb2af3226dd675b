//! MP3 files: a LAME tag in their first frame says how many frames of delay and padding to trim.
//!
//! In: frames. Out: an MP3 file whose first frame is rewritten at the end.
//! Spec: ISO/IEC 11172-3; the Xing and LAME info tag as decoders read it.

use super::{SinkError, Target};
use crate::codec::blocks::sane;
use crate::codec::mp3::{self, InfoTag};
use crate::codec::packet::EncodeError;
use crate::units::{Bitrate, Frame};
use mp3lame_encoder as lame;
use std::io::{BufWriter, Seek, SeekFrom, Write};

/// Frames encoded in one call.
const BLOCK: usize = 4608;
/// Bytes that a flush may write, as LAME's documentation has it, with room to spare.
const FLUSH_BYTES_MAX: usize = 2 * 7200;

/// An MP3 file in the making.
pub(super) struct Mp3 {
    library: lame::Encoder,
    to: BufWriter<Box<dyn Target>>,
    block: Vec<Frame>,
    bytes: Vec<u8>,
}

impl Mp3 {
    pub(super) fn create(to: Box<dyn Target>, bitrate: Bitrate) -> Result<Self, SinkError> {
        let library = mp3::library(bitrate, InfoTag::Written)?;
        Ok(Self { library, to: BufWriter::new(to), block: Vec::new(), bytes: Vec::new() })
    }

    pub(super) fn write(&mut self, pcm: &[Frame]) -> Result<(), SinkError> {
        for block in pcm.chunks(BLOCK) {
            self.block.clear();
            self.block.extend(block.iter().map(|frame| frame.map(sane)));
            mp3::encode_onto(&mut self.library, &self.block, &mut self.bytes)?;
            self.to.write_all(&self.bytes)?;
            self.bytes.clear();
        }
        Ok(())
    }

    pub(super) fn finish(mut self) -> Result<(), SinkError> {
        self.bytes.reserve(FLUSH_BYTES_MAX);
        self.library.flush_to_vec::<lame::FlushGap>(&mut self.bytes).map_err(mp3::failed)?;
        self.to.write_all(&self.bytes)?;
        self.bytes.clear();
        self.bytes.reserve(self.library.lame_tag_size());
        if self.library.lame_tag_encode_to_vec(&mut self.bytes).is_none() {
            let why = "it wrote no info tag".to_owned();
            return Err(EncodeError::Failed { codec: mp3::CODEC, why }.into());
        }
        self.to.seek(SeekFrom::Start(0))?;
        self.to.write_all(&self.bytes)?;
        self.to.flush()?;
        Ok(())
    }
}
