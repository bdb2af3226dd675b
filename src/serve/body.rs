//! The bodies of answers: bytes that are shared with every other listener, or a source that goes on.
//!
//! Never: copies what was published.

use bytes::Bytes;
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use prometheus_client::metrics::counter::Counter;
use std::collections::VecDeque;
use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

/// The body of an answer.
pub struct Body {
    kind: Kind,
    /// Counts what is handed to the connection.
    sent: Option<Counter>,
}

enum Kind {
    /// Pieces in order, none of them empty.
    Whole(VecDeque<Bytes>),
    /// Pieces that are there, and more to come.
    Flow(VecDeque<Bytes>, Step),
    /// A body that is not sent, because only its headers were asked for.
    Unsent,
}

/// Pieces to come, and how the flow goes on after them.
struct Step(Pin<Box<dyn Future<Output = Option<Taken>> + Send>>);

/// Pieces, and the step after them.
type Taken = (Vec<Bytes>, Step);

/// A source of pieces that goes on until it says otherwise.
pub trait Source: Send + Sized + 'static {
    /// The next pieces and the source to ask for more; none at the end. They go out together, in one write if the
    /// connection takes it.
    fn next(self) -> impl Future<Output = Option<(Vec<Bytes>, Self)>> + Send;
}

fn step<S: Source>(source: S) -> Step {
    Step(Box::pin(async move {
        let (pieces, source) = source.next().await?;
        Some((pieces, step(source)))
    }))
}

impl Body {
    /// Nothing.
    pub fn empty() -> Self {
        Self::pieces(VecDeque::new())
    }
    /// A body of unknown length that is not sent: the answer to HEAD.
    pub fn unsent() -> Self {
        Self { kind: Kind::Unsent, sent: None }
    }
    /// Bytes, shared.
    pub fn bytes(bytes: Bytes) -> Self {
        Self::pieces(VecDeque::from([bytes]))
    }
    /// Bytes in pieces, shared.
    pub fn pieces(mut pieces: VecDeque<Bytes>) -> Self {
        pieces.retain(|piece| !piece.is_empty());
        Self { kind: Kind::Whole(pieces), sent: None }
    }
    /// What a source gives.
    pub fn flow(source: impl Source) -> Self {
        Self { kind: Kind::Flow(VecDeque::new(), step(source)), sent: None }
    }
    /// Counts what is handed to the connection.
    pub fn counted(self, sent: &Counter) -> Self {
        Self { sent: Some(sent.clone()), ..self }
    }
    /// How many bytes it has; none if it goes on.
    pub fn length(&self) -> Option<u64> {
        match &self.kind {
            Kind::Whole(pieces) => Some(pieces.iter().map(|piece| piece.len() as u64).sum()),
            Kind::Flow(..) | Kind::Unsent => None,
        }
    }
}

/// The bytes from `start` up to `end` of pieces, shared with them.
pub fn cut(pieces: &VecDeque<Bytes>, start: u64, end: u64) -> VecDeque<Bytes> {
    let mut at = 0;
    let mut within = VecDeque::new();
    for piece in pieces {
        let length = piece.len() as u64;
        let from = start.clamp(at, at + length) - at;
        let to = end.clamp(at, at + length) - at;
        if from < to {
            within.push_back(piece.slice(from as usize..to as usize));
        }
        at += length;
    }
    within
}

impl HttpBody for Body {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let piece = loop {
            let (pieces, step) = match &mut self.kind {
                Kind::Whole(pieces) => break pieces.pop_front(),
                Kind::Unsent => break None,
                Kind::Flow(pieces, step) => (pieces, step),
            };
            if let Some(piece) = pieces.pop_front() {
                break Some(piece);
            }
            match step.0.as_mut().poll(cx) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(None) => self.kind = Kind::Whole(VecDeque::new()),
                Poll::Ready(Some((more, next))) => {
                    pieces.extend(more.into_iter().filter(|piece| !piece.is_empty()));
                    *step = next;
                }
            }
        };
        if let (Some(piece), Some(sent)) = (&piece, &self.sent) {
            sent.inc_by(piece.len() as u64);
        }
        Poll::Ready(piece.map(|piece| Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        match &self.kind {
            Kind::Whole(pieces) => pieces.is_empty(),
            Kind::Flow(..) => false,
            Kind::Unsent => true,
        }
    }

    fn size_hint(&self) -> SizeHint {
        self.length().map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_through_pieces_equals_the_cut_through_their_concatenation() {
        let whole = b"abcdefghij";
        let pieces: VecDeque<Bytes> =
            [&whole[..3], &whole[3..4], &whole[4..10]].map(Bytes::copy_from_slice).into();
        for start in 0..=10 {
            for end in start..=10 {
                let cut: Vec<u8> = cut(&pieces, start, end).iter().flatten().copied().collect();
                assert_eq!(cut, &whole[start as usize..end as usize], "{start}..{end}");
            }
        }
    }
}
