//! The gate between the asynchronous server and the blocking store.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU8, AtomicUsize, Ordering},
    },
    time::Duration,
};

use actix_web::web;
use ensemble_domain::{Error, StoreError};

/// Runs use-cases on blocking threads, with a bound on how many wait and for how long.
///
/// The server keeps as many blocking threads as there are connections, so a call that has begun never waits for a connection
/// behind hundreds of others; all waiting happens here, where it is counted.
#[derive(Clone)]
pub struct Blocking {
    waiting: Arc<AtomicUsize>,
    queue: usize,
    patience: Duration,
}

/// A call's place in the queue. Whoever moves it on from [`Ticket::WAITING`] decides whether it runs.
struct Ticket {
    state: AtomicU8,
    waiting: Arc<AtomicUsize>,
}

impl Ticket {
    const WAITING: u8 = 0;
    const STARTED: u8 = 1;
    const GIVEN_UP: u8 = 2;

    fn leave_queue(&self, state: u8) -> bool {
        let left = self.state.compare_exchange(Self::WAITING, state, Ordering::AcqRel, Ordering::Acquire).is_ok();
        if left {
            self.waiting.fetch_sub(1, Ordering::AcqRel);
        }
        left
    }
}

impl Blocking {
    /// At most `queue` calls wait, none longer than `patience`.
    #[must_use]
    pub fn new(queue: usize, patience: Duration) -> Self {
        Self { waiting: Arc::default(), queue, patience }
    }

    /// Runs `work` on a blocking thread and answers what it answers.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`] at once when the queue is full, or when the call has not begun in time; it never begins
    /// then. A call that has begun is awaited.
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let ticket = self.take_ticket()?;
        let held = Arc::clone(&ticket);
        #[expect(clippy::disallowed_methods, reason = "this is the gate that every other call goes through")]
        let call = web::block(move || held.leave_queue(Ticket::STARTED).then(work));
        tokio::pin!(call);
        let finished = match tokio::time::timeout(self.patience, &mut call).await {
            Ok(finished) => finished,
            Err(_) if ticket.leave_queue(Ticket::GIVEN_UP) => return Err(overloaded("no database thread in time")),
            Err(_) => call.await,
        };
        match finished {
            Ok(Some(answer)) => answer,
            Ok(None) => Err(overloaded("no database thread in time")),
            Err(canceled) => Err(StoreError::Failed(canceled.into()).into()),
        }
    }

    fn take_ticket(&self) -> Result<Arc<Ticket>, Error> {
        if self.waiting.fetch_add(1, Ordering::AcqRel) >= self.queue {
            self.waiting.fetch_sub(1, Ordering::AcqRel);
            return Err(overloaded("the queue for the database is full"));
        }
        Ok(Arc::new(Ticket { state: AtomicU8::new(Ticket::WAITING), waiting: Arc::clone(&self.waiting) }))
    }
}

fn overloaded(reason: &'static str) -> Error {
    StoreError::Unavailable(reason.into()).into()
}

#[cfg(test)]
mod tests {
    use std::sync::{
        atomic::AtomicBool,
        mpsc::{Receiver, Sender, TryRecvError, channel},
    };

    use futures_util::future::join_all;

    use super::*;

    fn unavailable<T>(answer: &Result<T, Error>) -> bool {
        matches!(answer, Err(Error::Store(StoreError::Unavailable(_))))
    }

    /// A call that runs until it is told to end.
    fn held_call(gate: &Blocking) -> (actix_web::rt::task::JoinHandle<Result<(), Error>>, Receiver<()>, Sender<()>) {
        let (began, has_begun) = channel();
        let (end, may_end) = channel();
        let gate = gate.clone();
        let call = actix_web::rt::spawn(async move {
            gate.run(move || {
                began.send(()).unwrap();
                may_end.recv().unwrap();
                Ok(())
            })
            .await
        });
        (call, has_begun, end)
    }

    async fn begun(has_begun: &Receiver<()>) {
        while let Err(waiting) = has_begun.try_recv() {
            assert_eq!(waiting, TryRecvError::Empty, "the call was given up before it began");
            tokio::task::yield_now().await;
        }
    }

    #[actix_web::test]
    async fn work_is_answered_and_its_place_given_back() {
        let gate = Blocking::new(1, Duration::from_secs(2));
        for number in 0..10 {
            assert_eq!(gate.run(move || Ok(number)).await.unwrap(), number);
        }
        assert_eq!(gate.waiting.load(Ordering::Acquire), 0);
    }

    #[actix_web::test]
    async fn a_full_queue_refuses_at_once() {
        let gate = Blocking::new(0, Duration::from_secs(2));
        assert!(unavailable(&gate.run(|| Ok(())).await));
    }

    #[actix_web::test]
    async fn a_call_that_has_begun_is_awaited_beyond_the_patience() {
        let patience = Duration::from_millis(200);
        let gate = Blocking::new(1, patience);
        let (call, has_begun, end) = held_call(&gate);
        begun(&has_begun).await;
        actix_web::rt::time::sleep(patience + patience / 4).await;
        end.send(()).unwrap();
        assert!(call.await.unwrap().is_ok());
    }

    #[test]
    fn a_call_that_did_not_begin_in_time_never_begins() {
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_time().max_blocking_threads(1).build().unwrap();
        let local = tokio::task::LocalSet::new();
        local.block_on(&runtime, async {
            let gate = Blocking::new(8, Duration::from_millis(200));
            let (call, has_begun, end) = held_call(&gate);
            begun(&has_begun).await;

            let ran = Arc::new(AtomicBool::new(false));
            let late = join_all((0..4).map(|_| {
                let ran = Arc::clone(&ran);
                gate.run(move || {
                    ran.store(true, Ordering::Release);
                    Ok(())
                })
            }))
            .await;
            assert!(late.iter().all(unavailable));

            end.send(()).unwrap();
            call.await.unwrap().unwrap();
            gate.run(|| Ok(())).await.unwrap();
            assert!(!ran.load(Ordering::Acquire));
            assert_eq!(gate.waiting.load(Ordering::Acquire), 0);
        });
    }
}
