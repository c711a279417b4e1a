//! A connection that does not wait for ever for its next request.
//!
//! actix-http gives the first head of a connection its time, and silence between two requests. What it gives no time are later heads
//! that have begun, and what is left of a chunked body whose request has been answered already.

use std::{
    cell::{Cell, RefCell},
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

/// A connection with patience.
pub struct Connection {
    stream: TcpStream,
    patience: Rc<Patience>,
}

/// How long a connection goes on waiting; shared by the connection and the request in hand.
pub struct Patience {
    phase: Cell<Phase>,
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
        Self { stream, patience: Rc::new(Patience { phase: Cell::new(Phase::Unlimited), alarm, keep_alive }) }
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

/// The body of an answer, with which the request stays in hand if it is still to be made.
pub fn held(body: BoxBody, in_hand: Option<InHand>) -> BoxBody {
    match (body.size(), in_hand) {
        (BodySize::Stream, Some(in_hand)) => BoxBody::new(Held { body, _in_hand: in_hand }),
        _ => body,
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

    /// Waits until it has been waited for too long.
    fn wait(&self, context: &mut Context<'_>) -> Poll<io::Error> {
        let mut alarm = self.alarm.borrow_mut();
        while alarm.as_mut().poll(context).is_ready() {
            let now = Instant::now();
            let until = match self.phase.get() {
                Phase::Unlimited => now + self.keep_alive,
                Phase::Between { until } | Phase::Head { until } => until,
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
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
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
