//! A stretch of the programme as a file.
//!
//! In: blocks from the first frame asked for to the last. Out: a file on anything that can be written and
//! rewound. Decoded, the file is as long as what was written and begins with its first frame: to the frame
//! for WAV, FLAC, Ogg Opus and MP3 (whose players honour LAME's tag). ADTS has no word for delay: the
//! programme begins 1,600 frames into such a file and its last unit is padded with silence.
//! Never: dithers; 24-bit files hold the programme rounded by [`quantize`](super::quantize).

#[cfg(feature = "aac")]
mod aac;
mod flac;
#[cfg(feature = "mp3")]
mod mp3;
mod opus;
mod wav;

use super::packet::EncodeError;
use crate::units::{Bitrate, Frame};
use std::io::{Seek, Write};
use std::path::Path;

/// What a file can be written to.
pub trait Target: Write + Seek + Send {}
impl<T: Write + Seek + Send> Target for T {}

/// The forms of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FileFormat {
    /// WAV, PCM of 24 bits; RF64 beyond 4 GiB.
    Wav,
    /// FLAC, 24 bits.
    Flac,
    /// Opus in Ogg, 160k unless told otherwise.
    Opus,
    /// MP3 at a constant rate, 192k unless told otherwise.
    Mp3,
    /// AAC-LC in ADTS, 192k unless told otherwise.
    Aac,
}

/// Why a file could not be written.
#[derive(Debug, thiserror::Error)]
pub enum SinkError {
    /// The target failed.
    #[error("the file can't be written: {0}")]
    Io(#[from] std::io::Error),
    /// The encoder failed.
    #[error(transparent)]
    Encode(#[from] EncodeError),
}

/// A file in the making.
pub struct Sink(Form);

enum Form {
    Wav(wav::Wav),
    Flac(Box<flac::Flac>),
    Opus(Box<opus::OggOpus>),
    #[cfg(feature = "mp3")]
    Mp3(mp3::Mp3),
    #[cfg(feature = "aac")]
    Aac(Box<aac::Adts>),
}

impl FileFormat {
    /// Every form, in the order of their names.
    pub const ALL: [Self; 5] = [Self::Aac, Self::Flac, Self::Mp3, Self::Opus, Self::Wav];

    /// The extension of its files' names.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Wav => "wav",
            Self::Flac => "flac",
            Self::Opus => "opus",
            Self::Mp3 => "mp3",
            Self::Aac => "aac",
        }
    }

    /// The form that a file's name asks for; letters of either case.
    pub fn of_path(path: &Path) -> Option<Self> {
        let extension = path.extension()?.to_str()?;
        Self::ALL.into_iter().find(|form| form.extension().eq_ignore_ascii_case(extension))
    }
}

impl Sink {
    /// Begins a file. `bitrate` is for the lossy forms; `title` is told where the form has a place for it
    /// (FLAC, Opus).
    ///
    /// # Errors
    /// If the target fails, the rate is refused, or this build has no such encoder.
    pub fn create(
        format: FileFormat,
        to: Box<dyn Target>,
        bitrate: Option<Bitrate>,
        title: Option<&str>,
    ) -> Result<Self, SinkError> {
        Ok(Self(match format {
            FileFormat::Wav => Form::Wav(wav::Wav::create(to)?),
            FileFormat::Flac => Form::Flac(Box::new(flac::Flac::create(to, title)?)),
            FileFormat::Opus => {
                let bitrate = bitrate.unwrap_or(Bitrate::kilobits(160));
                Form::Opus(Box::new(opus::OggOpus::create(to, bitrate, title)?))
            }
            #[cfg(feature = "mp3")]
            FileFormat::Mp3 => Form::Mp3(mp3::Mp3::create(to, bitrate.unwrap_or(Bitrate::kilobits(192)))?),
            #[cfg(not(feature = "mp3"))]
            FileFormat::Mp3 => return Err(EncodeError::NotBuilt { codec: "MP3", feature: "mp3" }.into()),
            #[cfg(feature = "aac")]
            FileFormat::Aac => {
                Form::Aac(Box::new(aac::Adts::create(to, bitrate.unwrap_or(Bitrate::kilobits(192)))?))
            }
            #[cfg(not(feature = "aac"))]
            FileFormat::Aac => return Err(EncodeError::NotBuilt { codec: "AAC", feature: "aac" }.into()),
        }))
    }

    /// Writes the next frames.
    ///
    /// # Errors
    /// If the target or the encoder fails; the file is then of no use.
    pub fn write(&mut self, pcm: &[Frame]) -> Result<(), SinkError> {
        match &mut self.0 {
            Form::Wav(file) => file.write(pcm),
            Form::Flac(file) => file.write(pcm),
            Form::Opus(file) => file.write(pcm),
            #[cfg(feature = "mp3")]
            Form::Mp3(file) => file.write(pcm),
            #[cfg(feature = "aac")]
            Form::Aac(file) => file.write(pcm),
        }
    }

    /// Ends the file, of at least one frame: without this it is not a whole one.
    ///
    /// # Errors
    /// If the target or the encoder fails.
    pub fn finish(self) -> Result<(), SinkError> {
        match self.0 {
            Form::Wav(file) => file.finish(),
            Form::Flac(file) => file.finish(),
            Form::Opus(file) => file.finish(),
            #[cfg(feature = "mp3")]
            Form::Mp3(file) => file.finish(),
            #[cfg(feature = "aac")]
            Form::Aac(file) => file.finish(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_files_name_tells_its_form() {
        for (path, form) in [
            ("day.flac", Some(FileFormat::Flac)),
            ("a.b/day.WAV", Some(FileFormat::Wav)),
            ("day.opus", Some(FileFormat::Opus)),
            ("day.tar.mp3", Some(FileFormat::Mp3)),
            ("day.aac", Some(FileFormat::Aac)),
            ("day.ogg", None),
            ("flac", None),
        ] {
            assert_eq!(FileFormat::of_path(Path::new(path)), form, "{path}");
        }
    }
}
