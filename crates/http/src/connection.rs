//! A connection that does not wait for ever for its next request.
//!
//! actix-http gives the first head of a connection its time, and silence between two requests. What it gives no time are later heads
//! that have begun, and what is left of a chunked body whose request has been answered already.

use std::{
    cell::{Cell, RefCell},
    convert::Infallible,
    io,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll},
    time::Duration,
};

use actix_web::{
    HttpRequest,
    body::{BodySize, BoxBody, MessageBody},
    rt::{
        net::TcpStream,
        time::{Instant, Sleep, sleep_until},
    },
    web::Bytes,
};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// How long a client may take to send the head of a request.
pub const HEAD_DEADLINE: Duration = Duration::from_secs(5);

/// The most of an answer that is handed to actix at once.
const PIECE: u64 = 32 * 1024;

/// A connection with patience.
pub struct Connection {
    stream: TcpStream,
    patience: Rc<Patience>,
}

/// How long a connection goes on waiting; shared by the connection and the request in hand.
pub struct Patience {
    phase: Cell<Phase>,
    /// Whether there is something that the client has to take first. For that, the operating system sees to the time.
    is_sending: Cell<bool>,
    /// Wakes the connection. While a request is in hand it is left as it was, and set anew when it rings.
    alarm: RefCell<Pin<Box<Sleep>>>,
    keep_alive: Duration,
}

#[derive(Clone, Copy)]
enum Phase {
    /// It is the server's turn, or actix still sees to the time.
    Unlimited,
    /// The last request has been answered, and nothing has come since.
    Between { until: Instant },
    /// Something has come that is not a request yet.
    Head { until: Instant },
}

/// A request in hand. When it is dropped, it is the client's turn again.
pub struct InHand(Rc<Patience>);

impl Connection {
    /// A new connection, on which nothing has been asked yet. One that is kept is closed after so much silence.
    pub fn new(stream: TcpStream, keep_alive: Duration) -> Self {
        let alarm = RefCell::new(Box::pin(sleep_until(Instant::now() + keep_alive)));
        Self {
            stream,
            patience: Rc::new(Patience {
                phase: Cell::new(Phase::Unlimited),
                is_sending: Cell::new(false),
                alarm,
                keep_alive,
            }),
        }
    }

    /// What the requests of this connection are given.
    pub fn patience(&self) -> Rc<Patience> {
        Rc::clone(&self.patience)
    }
}

impl InHand {
    /// Takes a request in hand; `None` where there is no connection, as in a test.
    pub fn take(request: &HttpRequest) -> Option<Self> {
        let patience = Rc::clone(request.conn_data::<Rc<Patience>>()?);
        patience.phase.set(Phase::Unlimited);
        Some(Self(patience))
    }
}

/// The body of an answer, with which the request stays in hand while much of it is still to be made or sent. actix takes an answer
/// for finished when it has the last piece of it, and gives whoever reads slowly what is then left of the time between requests.
pub fn held(body: BoxBody, in_hand: Option<InHand>) -> BoxBody {
    let Some(in_hand) = in_hand else { return body };
    match body.size() {
        BodySize::Stream => BoxBody::new(Held { body, _in_hand: in_hand }),
        BodySize::Sized(length) if length > PIECE => match body.try_into_bytes() {
            Ok(rest) => BoxBody::new(Pieces { rest, _in_hand: Some(in_hand) }),
            Err(body) => body,
        },
        BodySize::Sized(_) | BodySize::None => body,
    }
}

struct Held {
    body: BoxBody,
    _in_hand: InHand,
}

impl MessageBody for Held {
    type Error = <BoxBody as MessageBody>::Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Pin::new(&mut self.body).poll_next(context)
    }
}

/// A body that is there whole, and handed out as fast as it is sent.
struct Pieces {
    rest: Bytes,
    _in_hand: Option<InHand>,
}

impl MessageBody for Pieces {
    type Error = Infallible;

    fn size(&self) -> BodySize {
        self.rest.size()
    }

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Bytes, Infallible>>> {
        let length = self.rest.len().min(usize::try_from(PIECE).unwrap_or(usize::MAX));
        let piece = self.rest.split_to(length);
        Poll::Ready((!piece.is_empty()).then_some(Ok(piece)))
    }
}

impl Drop for InHand {
    fn drop(&mut self) {
        let until = Instant::now() + self.0.keep_alive;
        self.0.phase.set(Phase::Between { until });
        self.0.alarm.borrow_mut().as_mut().reset(until);
    }
}

impl Patience {
    /// Notes that something has come; whoever has been at it for too long is not heard any more.
    fn hear(&self) -> io::Result<()> {
        match self.phase.get() {
            Phase::Unlimited => Ok(()),
            Phase::Between { .. } => {
                let until = Instant::now() + HEAD_DEADLINE;
                self.phase.set(Phase::Head { until });
                self.alarm.borrow_mut().as_mut().reset(until);
                Ok(())
            }
            Phase::Head { until } if Instant::now() < until => Ok(()),
            Phase::Head { .. } => Err(late()),
        }
    }

    /// Notes how it went to send something. Once everything is sent, the client's time begins anew.
    fn send<T>(&self, sent: Poll<T>) -> Poll<T> {
        if self.is_sending.replace(sent.is_pending())
            && sent.is_ready()
            && !matches!(self.phase.get(), Phase::Unlimited)
        {
            self.phase.set(Phase::Between { until: Instant::now() + self.keep_alive });
        }
        sent
    }

    /// Waits until it has been waited for too long.
    fn wait(&self, context: &mut Context<'_>) -> Poll<io::Error> {
        let mut alarm = self.alarm.borrow_mut();
        while alarm.as_mut().poll(context).is_ready() {
            let now = Instant::now();
            let until = match self.phase.get() {
                Phase::Between { until } | Phase::Head { until } if !self.is_sending.get() => until,
                Phase::Unlimited | Phase::Between { .. } | Phase::Head { .. } => now + self.keep_alive,
            };
            if until <= now {
                return Poll::Ready(late());
            }
            alarm.as_mut().reset(until);
        }
        Poll::Pending
    }
}

fn late() -> io::Error {
    io::Error::new(io::ErrorKind::TimedOut, "what came did not become a request in time")
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        match Pin::new(&mut self.stream).poll_read(context, buffer) {
            Poll::Ready(Ok(())) if buffer.filled().len() > before => Poll::Ready(self.patience.hear()),
            Poll::Pending => self.patience.wait(context).map(Err),
            ended @ Poll::Ready(_) => ended,
        }
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let sent = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.patience.send(sent)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let sent = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.patience.send(sent)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use super::*;

    #[actix_web::test]
    async fn what_is_large_is_handed_out_in_pieces() {
        let whole: Vec<u8> = (0..100_000_u32).flat_map(u32::to_be_bytes).collect();
        let mut body = Pieces { rest: Bytes::from(whole.clone()), _in_hand: None };
        assert_eq!(body.size(), BodySize::Sized(400_000));
        let mut pieces = Vec::new();
        while let Some(Ok(piece)) = poll_fn(|context| Pin::new(&mut body).poll_next(context)).await {
            pieces.push(piece);
        }
        assert_eq!((pieces.len(), pieces.concat()), (13, whole));
    }
}
