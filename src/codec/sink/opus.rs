//! Opus in Ogg: pre-skip at the beginning and end trimming, so that it decodes to the frames it was made of.
//!
//! In: frames. Out: pages of at most 50 packets (1 s). Never: random; the stream's serial number is fixed,
//! so the same programme gives the same file.
//! Spec: RFC 7845; RFC 3533.

use super::{SinkError, Target};
use crate::codec::blocks::Lead;
use crate::codec::opus::{OpusEncoder, PACKET};
use crate::codec::packet::{Encode, Packet, Packets};
use crate::units::{Bitrate, Frame, Frames, Position};
use ogg::writing::{PacketWriteEndInfo as End, PacketWriter};
use std::io::{BufWriter, Write};

/// The logical stream's number: `lngw`.
const SERIAL: u32 = u32::from_le_bytes(*b"lngw");
/// Packets in a page, at most: RFC 7845 section 6 wants no more than a second.
const PAGE_PACKETS_MAX: usize = 50;

/// An Ogg Opus file in the making.
pub(super) struct OggOpus {
    encoder: OpusEncoder,
    to: PacketWriter<'static, BufWriter<Box<dyn Target>>>,
    packets: Packets,
    /// Frames of programme so far.
    frames: Frames,
    /// Packets since the last page ended.
    on_page: usize,
}

impl OggOpus {
    pub(super) fn create(
        to: Box<dyn Target>,
        bitrate: Bitrate,
        title: Option<&str>,
    ) -> Result<Self, SinkError> {
        let encoder = OpusEncoder::new(bitrate, Position(0), Lead::Kept)?;
        let mut to = PacketWriter::new(BufWriter::new(to));
        to.write_packet(encoder.config().to_vec(), SERIAL, End::EndPage, 0)?;
        to.write_packet(tags(title), SERIAL, End::EndPage, 0)?;
        Ok(Self { encoder, to, packets: Packets::new(), frames: Frames::ZERO, on_page: 0 })
    }

    pub(super) fn write(&mut self, pcm: &[Frame]) -> Result<(), SinkError> {
        self.frames += Frames(pcm.len() as i64);
        self.encoder.encode(pcm, &mut self.packets)?;
        // The last packet stays until it is known that it isn't the stream's last.
        let done = self.packets.len().saturating_sub(1);
        let mut packets = std::mem::take(&mut self.packets);
        for packet in packets.drain(..done) {
            self.page(packet, None)?;
        }
        self.packets = packets;
        Ok(())
    }

    pub(super) fn finish(mut self) -> Result<(), SinkError> {
        let end = self.frames + self.encoder.delay();
        // As much silence as brings out the packet that holds the last frame.
        let silence = vec![[0.0; 2]; PACKET.count()];
        let last = Position(0) + self.frames;
        while self.packets.last().is_none_or(|packet| packet.at + packet.frames < last) {
            self.encoder.encode(&silence, &mut self.packets)?;
        }
        let mut packets = std::mem::take(&mut self.packets);
        let final_packet = packets.pop().expect("the loop above left one");
        for packet in packets {
            self.page(packet, None)?;
        }
        self.page(final_packet, Some(end))?;
        self.to.inner_mut().flush()?;
        Ok(())
    }

    /// Writes a packet; its granule is the count of frames decoded up to its end, or the stream's end.
    fn page(&mut self, packet: Packet, end: Option<Frames>) -> Result<(), SinkError> {
        let decoded = packet.at + packet.frames + self.encoder.delay() - Position(0);
        self.on_page += 1;
        let how = match end {
            Some(_) => End::EndStream,
            None if self.on_page == PAGE_PACKETS_MAX => End::EndPage,
            None => End::NormalPacket,
        };
        if how == End::EndPage {
            self.on_page = 0;
        }
        let granule = end.unwrap_or(decoded);
        self.to.write_packet(packet.bytes, SERIAL, how, granule.count() as u64)?;
        Ok(())
    }
}

/// The comment header, RFC 7845 section 5.2.
fn tags(title: Option<&str>) -> Vec<u8> {
    let mut tags = b"OpusTags".to_vec();
    let mut text = |text: &str| {
        tags.extend((text.len() as u32).to_le_bytes());
        tags.extend(text.as_bytes());
    };
    text(::opus::version());
    let comments: Vec<String> = [
        Some(format!("ENCODER=longwave {}", env!("CARGO_PKG_VERSION"))),
        title.map(|title| format!("TITLE={title}")),
    ]
    .into_iter()
    .flatten()
    .collect();
    let count = (comments.len() as u32).to_le_bytes();
    let mut listed = Vec::new();
    for comment in &comments {
        listed.extend((comment.len() as u32).to_le_bytes());
        listed.extend(comment.as_bytes());
    }
    tags.extend(count);
    tags.extend(listed);
    tags
}
