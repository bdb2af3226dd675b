//! The Fraunhofer FDK's AAC-LC encoder as a safe type.
//!
//! In: 1,024 stereo frames of 16 bits a call. Out: one raw access unit a call. Never: shared between threads
//! while it encodes: a call takes `&mut self`.
#![expect(unsafe_code, reason = "the FDK is C++ with a C interface")]

use crate::codec::packet::EncodeError;
use crate::units::{Bitrate, SAMPLE_RATE};
use fdk_aac_sys as sys;
use std::ffi::c_void;
use std::ptr::NonNull;

/// Samples of one call: 1,024 frames of two channels.
pub(super) const BLOCK: usize = 2048;
/// Bytes of an access unit of two channels, at most: 6,144 bits a channel (ISO/IEC 14496-3 section 4.5.3),
/// and room for what the library may write around it.
const UNIT_BYTES_MAX: usize = 2 * 6144 / 8 + 512;
const CODEC: &str = "AAC";

/// An open encoder.
pub(super) struct Fdk {
    handle: NonNull<sys::AACENCODER>,
    delay: u32,
    config: Box<[u8]>,
    unit: [u8; UNIT_BYTES_MAX],
}

// SAFETY: the handle owns all that the encoder changes and nothing of it belongs to a thread; the library's
// other state is constant tables. Only one thread has the handle at a time, because each call takes
// `&mut self`.
unsafe impl Send for Fdk {}

impl Fdk {
    /// AAC-LC, 48 kHz, stereo, constant bit rate, afterburner on, raw access units; the library chooses the
    /// audio bandwidth for the rate (17 kHz from 192k on).
    pub(super) fn open(bitrate: Bitrate) -> Result<Self, EncodeError> {
        let mut handle = std::ptr::null_mut();
        // The AAC encoder alone, for two channels: its metadata module would add 448 frames of delay.
        // SAFETY: `handle` is a place for a handle.
        let code = unsafe { sys::aacEncOpen(&raw mut handle, 1, 2) };
        let opened = NonNull::new(handle).filter(|_| code == sys::AACENC_ERROR_AACENC_OK);
        let handle = opened.ok_or_else(|| refused("to open", code))?;
        let mut fdk = Self { handle, delay: 0, config: Box::default(), unit: [0; UNIT_BYTES_MAX] };
        for (param, value, what) in [
            (sys::AACENC_PARAM_AACENC_AOT, 2, "AAC-LC"),
            (sys::AACENC_PARAM_AACENC_SAMPLERATE, SAMPLE_RATE as u32, "48 kHz"),
            (sys::AACENC_PARAM_AACENC_CHANNELMODE, 2, "stereo"),
            (sys::AACENC_PARAM_AACENC_CHANNELORDER, 1, "left before right"),
            (sys::AACENC_PARAM_AACENC_BITRATEMODE, 0, "a constant bit rate"),
            (sys::AACENC_PARAM_AACENC_BITRATE, bitrate.0, "this bit rate"),
            (sys::AACENC_PARAM_AACENC_TRANSMUX, sys::TRANSPORT_TYPE_TT_MP4_RAW as u32, "raw access units"),
            (sys::AACENC_PARAM_AACENC_AFTERBURNER, 1, "its afterburner"),
        ] {
            // SAFETY: the handle is open; the library checks the parameter and its value.
            let code = unsafe { sys::aacEncoder_SetParam(fdk.handle.as_ptr(), param, value) };
            if code != sys::AACENC_ERROR_AACENC_OK {
                return Err(refused(what, code));
            }
        }
        let null = std::ptr::null_mut();
        // SAFETY: a call without buffers on an open handle makes the library take up its parameters.
        let code = unsafe { sys::aacEncEncode(fdk.handle.as_ptr(), null, null, null.cast(), null.cast()) };
        if code != sys::AACENC_ERROR_AACENC_OK {
            return Err(refused("these settings together", code));
        }
        // SAFETY: the struct is numbers and an array of them, for which zero is a value.
        let mut info: sys::AACENC_InfoStruct = unsafe { std::mem::zeroed() };
        // SAFETY: the handle is open and `info` a struct of the library's own shape.
        let code = unsafe { sys::aacEncInfo(fdk.handle.as_ptr(), &raw mut info) };
        if code != sys::AACENC_ERROR_AACENC_OK {
            return Err(refused("to describe itself", code));
        }
        if info.frameLength as usize * 2 != BLOCK || info.maxOutBufBytes as usize > UNIT_BYTES_MAX {
            return Err(EncodeError::Settings {
                codec: CODEC,
                what: "1,024 frames a unit",
                why: format!("it takes {} and writes {} bytes", info.frameLength, info.maxOutBufBytes),
            });
        }
        fdk.delay = info.nDelay;
        fdk.config = info.confBuf.get(..info.confSize as usize).unwrap_or_default().into();
        Ok(fdk)
    }

    /// How far its units lag behind its input, in frames, a decoder's overlap included.
    pub(super) fn delay(&self) -> u32 {
        self.delay
    }

    /// The AudioSpecificConfig.
    pub(super) fn config(&self) -> &[u8] {
        &self.config
    }

    /// Encodes one block, interleaved, and gives its access unit.
    pub(super) fn encode(&mut self, pcm: &[i16; BLOCK]) -> Result<&[u8], EncodeError> {
        // The library takes its input by a pointer to what it may change, but only reads it.
        let mut pcm_at: *mut c_void = pcm.as_ptr().cast_mut().cast();
        let mut pcm_is = sys::AACENC_BufferIdentifier_IN_AUDIO_DATA as i32;
        let mut pcm_bytes = size_of_val(pcm) as i32;
        let mut pcm_sample_bytes = size_of::<i16>() as i32;
        let input = sys::AACENC_BufDesc {
            numBufs: 1,
            bufs: &raw mut pcm_at,
            bufferIdentifiers: &raw mut pcm_is,
            bufSizes: &raw mut pcm_bytes,
            bufElSizes: &raw mut pcm_sample_bytes,
        };
        let mut unit_at: *mut c_void = self.unit.as_mut_ptr().cast();
        let mut unit_is = sys::AACENC_BufferIdentifier_OUT_BITSTREAM_DATA as i32;
        let mut unit_bytes = UNIT_BYTES_MAX as i32;
        let mut unit_byte = 1;
        let output = sys::AACENC_BufDesc {
            numBufs: 1,
            bufs: &raw mut unit_at,
            bufferIdentifiers: &raw mut unit_is,
            bufSizes: &raw mut unit_bytes,
            bufElSizes: &raw mut unit_byte,
        };
        let given = sys::AACENC_InArgs { numInSamples: BLOCK as i32, numAncBytes: 0 };
        let mut taken =
            sys::AACENC_OutArgs { numOutBytes: 0, numInSamples: 0, numAncBytes: 0, bitResState: 0 };
        // SAFETY: the handle is open. Both descriptors name one buffer each, with its true size in bytes, and
        // they and the buffers outlive the call; the library reads the input and writes no more than
        // `unit_bytes` to the output.
        let code = unsafe {
            sys::aacEncEncode(
                self.handle.as_ptr(),
                &raw const input,
                &raw const output,
                &raw const given,
                &raw mut taken,
            )
        };
        if code != sys::AACENC_ERROR_AACENC_OK {
            return Err(EncodeError::Failed { codec: CODEC, why: words(code) });
        }
        let written = usize::try_from(taken.numOutBytes).unwrap_or_default();
        if taken.numInSamples != BLOCK as i32 || written == 0 {
            let why = format!("it took {} of {BLOCK} samples and gave {written} bytes", taken.numInSamples);
            return Err(EncodeError::Failed { codec: CODEC, why });
        }
        Ok(&self.unit[..written])
    }
}

impl Drop for Fdk {
    fn drop(&mut self) {
        let mut handle = self.handle.as_ptr();
        // SAFETY: the handle is open and not used after this.
        unsafe { sys::aacEncClose(&raw mut handle) };
    }
}

fn refused(what: &'static str, code: sys::AACENC_ERROR) -> EncodeError {
    EncodeError::Settings { codec: CODEC, what, why: words(code) }
}

/// The library's error in words.
fn words(code: sys::AACENC_ERROR) -> String {
    let name = match code {
        sys::AACENC_ERROR_AACENC_INVALID_HANDLE => "invalid handle",
        sys::AACENC_ERROR_AACENC_MEMORY_ERROR => "no memory",
        sys::AACENC_ERROR_AACENC_UNSUPPORTED_PARAMETER => "unsupported parameter",
        sys::AACENC_ERROR_AACENC_INVALID_CONFIG => "invalid configuration",
        sys::AACENC_ERROR_AACENC_ENCODE_ERROR => "internal error while encoding",
        _ => "error",
    };
    format!("{name} (0x{code:02x})")
}
