//! The gate between the asynchronous server and the blocking store.

mod together;

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use actix_web::web;
use ensemble_domain::{Error, StoreError};
use tokio::{
    sync::Semaphore,
    time::{Instant, timeout_at},
};

pub use self::together::Together;
use crate::{
    observe::{NotBegun, count_not_begun, tell_queue},
    panics::{caught, taken_along},
};

/// Runs use-cases on blocking threads, with a bound on how many wait and for how long.
///
/// The server keeps as many blocking threads as there are connections, so a call that has begun never waits for a connection
/// behind hundreds of others; all waiting happens here, where it is counted.
#[derive(Clone)]
pub struct Blocking {
    waiting: Arc<AtomicUsize>,
    queue: usize,
    patience: Duration,
    writers: Option<Writers>,
}

/// The one writer's turns, and how long a call waits for one.
#[derive(Clone)]
struct Writers {
    turns: Arc<Semaphore>,
    patience: Duration,
}

/// A call's place in the queue, given up when nobody waits for the call any more.
struct Place(Arc<Ticket>);

impl Drop for Place {
    fn drop(&mut self) {
        self.0.leave_queue();
    }
}

/// Whether a call waits. Only one can take it out of the queue: the thread that runs it, or whoever gives it up.
struct Ticket {
    waits: AtomicBool,
    waiting: Arc<AtomicUsize>,
}

impl Ticket {
    fn is_waiting(&self) -> bool {
        self.waits.load(Ordering::Acquire)
    }

    /// Takes the call out of the queue, and tells whether nobody else had done so.
    fn leave_queue(&self) -> bool {
        let left = self.waits.swap(false, Ordering::AcqRel);
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
        Self { waiting: Arc::default(), queue, patience, writers: None }
    }

    /// For a store that writes through one connection: a call that writes waits for its turn here and not on a thread, so that
    /// readers always find one. None waits longer than `patience`.
    #[must_use]
    pub fn with_sole_writer(self, patience: Duration) -> Self {
        Self { writers: Some(Writers { turns: Arc::new(Semaphore::new(1)), patience }), ..self }
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
        call(self.take_place()?, Instant::now() + self.patience, work).await
    }

    /// Runs `work`, which writes, in the same way.
    ///
    /// # Errors
    ///
    /// Those of [`Blocking::run`].
    pub async fn run_write<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        self.write_until(Instant::now() + self.patience_to_write(), work).await
    }

    async fn write_until<T: Send + 'static>(
        &self,
        until: Instant,
        work: impl FnOnce() -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let place = self.take_place()?;
        let Some(writers) = &self.writers else { return call(place, until, work).await };
        match timeout_at(until, Arc::clone(&writers.turns).acquire_owned()).await {
            // The turn ends with the work, even if nobody waits for that any more.
            Ok(Ok(turn)) => call(place, until, move || (work(), drop(turn)).0).await,
            Ok(Err(closed)) => Err(StoreError::Failed(closed.into()).into()),
            Err(_elapsed) => Err(overloaded(NotBegun::NoTurn)),
        }
    }

    /// Tells the metrics how many calls wait.
    pub fn tell_queue(&self) {
        tell_queue(self.waiting.load(Ordering::Relaxed), self.queue);
    }

    fn patience_to_write(&self) -> Duration {
        self.writers.as_ref().map_or(self.patience, |writers| writers.patience)
    }

    fn take_place(&self) -> Result<Place, Error> {
        if self.waiting.fetch_add(1, Ordering::AcqRel) >= self.queue {
            self.waiting.fetch_sub(1, Ordering::AcqRel);
            return Err(overloaded(NotBegun::QueueFull));
        }
        let waiting = Arc::clone(&self.waiting);
        Ok(Place(Arc::new(Ticket { waits: AtomicBool::new(true), waiting })))
    }
}

/// Runs `work` on a thread, unless it has not begun by then.
async fn call<T: Send + 'static>(
    place: Place,
    until: Instant,
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    let (ticket, work) = (Arc::clone(&place.0), taken_along(move || catch_unwind(AssertUnwindSafe(work))));
    #[expect(clippy::disallowed_methods, reason = "this is the gate that every other call goes through")]
    let call = web::block(move || ticket.leave_queue().then(work));
    tokio::pin!(call);
    let finished = match timeout_at(until, &mut call).await {
        Ok(finished) => finished,
        Err(_) if place.0.leave_queue() => return Err(overloaded(NotBegun::NoThread)),
        Err(_) => call.await,
    };
    match finished {
        Ok(Some(Ok(answer))) => answer,
        Ok(Some(Err(_panic))) => Err(StoreError::Failed(caught().into()).into()),
        Ok(None) => Err(overloaded(NotBegun::NoThread)),
        Err(canceled) => Err(StoreError::Failed(canceled.into()).into()),
    }
}

fn overloaded(reason: NotBegun) -> Error {
    count_not_begun(reason);
    let told = match reason {
        NotBegun::QueueFull => "the queue for the database is full",
        NotBegun::NoTurn => "other writers came first",
        NotBegun::NoThread => "no database thread in time",
    };
    StoreError::Unavailable(told.into()).into()
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};

    use futures_util::{FutureExt, future::join_all};

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

    const PATIENCE: Duration = Duration::from_secs(2);

    /// Has that time pass for whoever waits by then.
    pub(super) async fn pass(time: Duration) {
        tokio::time::pause();
        tokio::time::advance(time).await;
        tokio::time::resume();
    }

    async fn begun(has_begun: &Receiver<()>) {
        while let Err(waiting) = has_begun.try_recv() {
            assert_eq!(waiting, TryRecvError::Empty, "the call was given up before it began");
            tokio::task::yield_now().await;
        }
    }

    #[actix_web::test]
    async fn work_is_answered_and_its_place_given_back() {
        let gate = Blocking::new(1, PATIENCE);
        for number in 0..10 {
            assert_eq!(gate.run(move || Ok(number)).await.unwrap(), number);
        }
        assert_eq!(gate.waiting.load(Ordering::Acquire), 0);
    }

    #[test]
    fn writers_that_wait_leave_the_threads_to_readers() {
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_time().max_blocking_threads(2).build().unwrap();
        tokio::task::LocalSet::new().block_on(&runtime, async {
            let gate = Blocking::new(8, PATIENCE).with_sole_writer(PATIENCE);
            let (began, has_begun) = channel();
            let (end, may_end) = channel();
            let writer = gate.run_write(move || {
                began.send(()).unwrap();
                may_end.recv().unwrap();
                Ok(())
            });
            let others = async {
                begun(&has_begun).await;
                let waiting = join_all((0..4).map(|_| gate.run_write(|| Ok(()))));
                let reader = async {
                    gate.run(|| Ok(())).await.unwrap();
                    pass(PATIENCE * 2).await;
                };
                let (refused, ()) = tokio::join!(waiting, reader);
                assert!(refused.iter().all(unavailable));
                end.send(()).unwrap();
            };
            tokio::join!(writer, others).0.unwrap();
            gate.run_write(|| Ok(())).await.unwrap();
            assert_eq!(gate.waiting.load(Ordering::Acquire), 0);
        });
    }

    #[actix_web::test]
    async fn a_call_that_nobody_waits_for_gives_its_place_back() {
        let gate = Blocking::new(1, PATIENCE).with_sole_writer(PATIENCE);
        let turn = Arc::clone(&gate.writers.as_ref().unwrap().turns).acquire_owned().await.unwrap();
        assert!(gate.run_write(|| Ok(())).now_or_never().is_none());
        drop(turn);
        gate.run_write(|| Ok(())).await.unwrap();
    }

    #[actix_web::test]
    async fn work_that_has_begun_is_finished_though_nobody_waits_for_it() {
        let gate = Blocking::new(1, PATIENCE).with_sole_writer(PATIENCE);
        let (began, has_begun) = channel();
        let (end, may_end) = channel();
        let (finished, has_finished) = channel();
        let mut call = Box::pin(gate.run_write(move || {
            began.send(()).unwrap();
            may_end.recv().unwrap();
            finished.send(()).unwrap();
            Ok(())
        }));
        assert!(call.as_mut().now_or_never().is_none());
        begun(&has_begun).await;
        drop(call);
        let next = gate.run_write(move || {
            assert!(has_finished.try_recv().is_ok(), "the turn has not ended before the work");
            Ok(())
        });
        end.send(()).unwrap();
        next.await.unwrap();
    }

    #[actix_web::test]
    async fn a_full_queue_refuses_at_once() {
        let gate = Blocking::new(0, PATIENCE);
        assert!(unavailable(&gate.run(|| Ok(())).await));
    }

    #[actix_web::test]
    async fn a_call_that_has_begun_is_awaited_beyond_the_patience() {
        let gate = Blocking::new(1, PATIENCE);
        let (call, has_begun, end) = held_call(&gate);
        begun(&has_begun).await;
        pass(PATIENCE * 2).await;
        end.send(()).unwrap();
        assert!(call.await.unwrap().is_ok());
    }

    #[test]
    fn a_call_that_did_not_begin_in_time_never_begins() {
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_time().max_blocking_threads(1).build().unwrap();
        let local = tokio::task::LocalSet::new();
        local.block_on(&runtime, async {
            let gate = Blocking::new(8, PATIENCE);
            let (call, has_begun, end) = held_call(&gate);
            begun(&has_begun).await;

            let ran = Arc::new(AtomicBool::new(false));
            let late = join_all((0..4).map(|_| {
                let ran = Arc::clone(&ran);
                gate.run(move || {
                    ran.store(true, Ordering::Release);
                    Ok(())
                })
            }));
            let (late, ()) = tokio::join!(late, pass(PATIENCE * 2));
            assert!(late.iter().all(unavailable));

            end.send(()).unwrap();
            call.await.unwrap().unwrap();
            gate.run(|| Ok(())).await.unwrap();
            assert!(!ran.load(Ordering::Acquire));
            assert_eq!(gate.waiting.load(Ordering::Acquire), 0);
        });
    }
}
