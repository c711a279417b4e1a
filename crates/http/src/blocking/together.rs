//! Calls that are made together when they would otherwise only wait for each other.

use std::{
    collections::VecDeque,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use actix_web::web;
use ensemble_domain::{Cause, Error, StoreError, in_full};
use futures_util::future::{Either, select};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, oneshot},
    time::{Instant, timeout_at},
};

use super::{Blocking, Place, Ticket, overloaded};
use crate::{
    observe::NotBegun,
    panics::{Panicked, caught, taken_along},
};

/// How many groups are under way at once: while one waits for the disk, the next is worked on.
const GROUPS: usize = 2;

/// The most calls of a group, so that none of them takes long.
const CROWD: usize = 64;

/// How long a turn waits for a thread before it goes to somebody else.
const SOON: Duration = Duration::from_millis(10);

/// Calls of one kind, several of which cost the store little more than one. A call that finds nobody before it is made at once. Those
/// that have to wait for their turn are made by whoever has it first, for all of them.
pub struct Together<J, T> {
    one: Box<One<J, T>>,
    several: Box<Several<J, T>>,
    waiting: Mutex<VecDeque<Waiting<J, T>>>,
    turns: Arc<Semaphore>,
}

type One<J, T> = dyn Fn(&J) -> Result<T, Error> + Send + Sync;

type Several<J, T> = dyn Fn(&[&J]) -> Result<Vec<Option<T>>, Error> + Send + Sync;

struct Waiting<J, T> {
    job: J,
    ticket: Arc<Ticket>,
    answer: oneshot::Sender<Answer<J, T>>,
}

/// What becomes of a call that waits.
enum Answer<J, T> {
    /// It was made.
    Made(Result<T, Error>),
    /// It has to be made by itself.
    Alone(J),
}

type Answered<J, T> = oneshot::Receiver<Answer<J, T>>;

impl<J: Send + 'static, T: Send + 'static> Together<J, T> {
    /// Calls that are made by `several`, or by `one` where that answers `None`. Only `one` may wait for somebody else for long: nobody
    /// waits for it.
    pub fn new(
        one: impl Fn(&J) -> Result<T, Error> + Send + Sync + 'static,
        several: impl Fn(&[&J]) -> Result<Vec<Option<T>>, Error> + Send + Sync + 'static,
    ) -> Arc<Self> {
        let turns = Arc::new(Semaphore::new(GROUPS));
        Arc::new(Self { one: Box::new(one), several: Box::new(several), waiting: Mutex::default(), turns })
    }

    fn wait(&self, job: J, ticket: Arc<Ticket>) -> Answered<J, T> {
        let (answer, answered) = oneshot::channel();
        self.with_waiting(|waiting| {
            // Nobody may come to see to them for long, and all are about as patient.
            while waiting.front().is_some_and(|first| !first.ticket.is_waiting()) {
                waiting.pop_front();
            }
            waiting.push_back(Waiting { job, ticket, answer });
        });
        answered
    }

    /// Waits for the answer to a call. Whenever the call has its turn before that, all who wait are seen to, this call among them
    /// sooner or later.
    async fn wait_or_serve(
        self: &Arc<Self>,
        turns: &Arc<Semaphore>,
        place: &Place,
        answered: &mut Answered<J, T>,
    ) -> Result<Answer<J, T>, Error> {
        loop {
            let turn = match select(&mut *answered, pin!(Arc::clone(turns).acquire_owned())).await {
                Either::Left((answer, _)) => return received(answer),
                Either::Right((turn, _)) => turn.map_err(failed)?,
            };
            if !place.0.is_waiting() {
                // Somebody else sees to this call already.
                drop(turn);
                return received(answered.await);
            }
            if let Some(answer) = self.serve_group(turn, answered).await? {
                return Ok(answer);
            }
        }
    }

    /// Has a thread make the calls of a group, for as long as the answer to this call is not there; `None` when the group is done, or the
    /// turn went to somebody else, and it still is not.
    async fn serve_group(
        self: &Arc<Self>,
        turn: OwnedSemaphorePermit,
        answered: &mut Answered<J, T>,
    ) -> Result<Option<Answer<J, T>>, Error> {
        let (turn, kind) = (Turn(Arc::new(Mutex::new(Some(turn)))), Arc::clone(self));
        let taken = Arc::clone(&turn.0);
        let serve = move || {
            let Some(_turn) = take(&taken) else { return };
            if catch_unwind(AssertUnwindSafe(|| kind.serve())).is_err() {
                caught();
            }
        };
        #[expect(clippy::disallowed_methods, reason = "a part of the gate that every other call goes through")]
        let mut done = pin!(web::block(taken_along(serve)));
        let begun = timeout_at(Instant::now() + SOON, select(&mut *answered, done.as_mut())).await;
        let ended = if let Ok(ended) = begun {
            ended
        } else {
            // All threads of this worker are busy, and those of others may not be.
            drop(turn);
            select(&mut *answered, done).await
        };
        match ended {
            Either::Left((answer, _)) => received(answer).map(Some),
            Either::Right((done, _)) => done.map(|()| None).map_err(failed),
        }
    }

    /// Makes the calls of those who wait, the first ones first.
    fn serve(&self) {
        let group = self.next_group();
        if group.is_empty() {
            return;
        }
        match (self.several)(&group.iter().map(|one| &one.job).collect::<Vec<_>>()) {
            Ok(answers) => {
                let alone = answers.iter().filter(|answer| answer.is_none()).count();
                if group.len() > 1 && alone > 0 {
                    tracing::debug!(calls = group.len(), alone, "a group of writes could not be made as one");
                }
                for (one, answer) in group.into_iter().zip(answers) {
                    let answer = answer.map_or_else(|| Answer::Alone(one.job), |answer| Answer::Made(Ok(answer)));
                    tell(one.answer, answer);
                }
            }
            Err(error) => group.into_iter().for_each(|one| tell(one.answer, Answer::Made(Err(shared(&error))))),
        }
    }

    /// Takes the first ones out of the queue, those who still wait.
    fn next_group(&self) -> Vec<Waiting<J, T>> {
        self.with_waiting(|waiting| {
            let still_waiting = std::iter::from_fn(|| waiting.pop_front()).filter(|one| one.ticket.leave_queue());
            still_waiting.take(CROWD).collect()
        })
    }

    fn with_waiting<R>(&self, change: impl FnOnce(&mut VecDeque<Waiting<J, T>>) -> R) -> R {
        change(&mut self.waiting.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Whoever does not wait any more has no use for it.
fn tell<A>(answer: oneshot::Sender<A>, told: A) {
    let _ = answer.send(told);
}

/// An answer never comes when the group of its call panicked.
fn received<A>(answer: Result<A, oneshot::error::RecvError>) -> Result<A, Error> {
    answer.map_err(|_gone| failed(Panicked))
}

fn failed(cause: impl Into<Cause>) -> Error {
    StoreError::Failed(cause.into()).into()
}

impl Blocking {
    /// Makes a call that writes, together with others of its kind if it has to wait for its turn anyway.
    ///
    /// # Errors
    ///
    /// Those of [`Blocking::run`].
    pub async fn run_together<J, T>(&self, kind: &Arc<Together<J, T>>, job: J) -> Result<T, Error>
    where
        J: Send + 'static,
        T: Send + 'static,
    {
        let (place, until) = (self.take_place()?, Instant::now() + self.patience_to_write());
        let mut answered = kind.wait(job, Arc::clone(&place.0));
        let turns = self.writers.as_ref().map_or(&kind.turns, |writers| &writers.turns);
        let answer = match timeout_at(until, kind.wait_or_serve(turns, &place, &mut answered)).await {
            Ok(answer) => answer?,
            Err(_elapsed) if place.0.leave_queue() => return Err(overloaded(NotBegun::NoTurn)),
            Err(_elapsed) => received(answered.await)?,
        };
        match answer {
            Answer::Made(answer) => answer,
            Answer::Alone(job) => {
                let kind = Arc::clone(kind);
                self.write_until(until, move || (kind.one)(&job)).await
            }
        }
    }
}

/// A turn until a thread takes it; given back when nobody waits for that any more.
struct Turn(Arc<Mutex<Option<OwnedSemaphorePermit>>>);

impl Drop for Turn {
    fn drop(&mut self) {
        take(&self.0);
    }
}

fn take(turn: &Mutex<Option<OwnedSemaphorePermit>>) -> Option<OwnedSemaphorePermit> {
    turn.lock().unwrap_or_else(PoisonError::into_inner).take()
}

/// The error of a group, for one of its calls.
fn shared(error: &Error) -> Error {
    match error {
        Error::Store(StoreError::Unavailable(cause)) => StoreError::Unavailable(in_full(&**cause).into()).into(),
        _ => StoreError::Failed(in_full(error).into()).into(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, Sender, channel};

    use actix_web::rt::{spawn, task::JoinHandle};
    use futures_util::FutureExt;

    use super::{super::tests::pass, *};

    /// Calls that answer how many were made at once. Some of them last until they are told to end.
    struct Held {
        gate: Blocking,
        kind: Arc<Together<u8, (u8, usize)>>,
        begun: Receiver<()>,
        end: Sender<()>,
    }

    const HOLD: u8 = 0;
    const LEFT_OUT: u8 = 1;
    const TROUBLE: u8 = 2;
    const PANIC: u8 = 3;
    const HOLD_ALONE: u8 = 4;

    impl Held {
        fn new(patience: Duration) -> Self {
            let (began, holding) = channel();
            let (end, may_end) = channel();
            let may_end = Mutex::new(may_end);
            let hold = Arc::new(move || {
                began.send(()).unwrap();
                may_end.lock().unwrap().recv().unwrap();
            });
            let hold_one = Arc::clone(&hold);
            let one = move |job: &u8| {
                if *job == HOLD_ALONE {
                    hold_one();
                }
                Ok((*job, 1))
            };
            let several = move |jobs: &[&u8]| {
                assert!(!jobs.contains(&&PANIC), "a test of what comes of a panic");
                if jobs.contains(&&HOLD) {
                    hold();
                }
                if jobs.contains(&&TROUBLE) {
                    return Err(StoreError::Unavailable("down".into()).into());
                }
                let is_made = |job: u8| ![LEFT_OUT, HOLD_ALONE].contains(&job);
                Ok(jobs.iter().map(|job| is_made(**job).then_some((**job, jobs.len()))).collect())
            };
            // One at a time, so that all others wait.
            let gate = Blocking::new(64, patience).with_sole_writer(patience);
            Self { gate, kind: Together::new(one, several), begun: holding, end }
        }

        fn call(&self, job: u8) -> JoinHandle<Result<(u8, usize), Error>> {
            let (gate, kind) = (self.gate.clone(), Arc::clone(&self.kind));
            spawn(async move { gate.run_together(&kind, job).await })
        }

        /// A call that is under way until it is told to end.
        async fn call_under_way(&self) -> JoinHandle<Result<(u8, usize), Error>> {
            let call = self.call(HOLD);
            self.has_begun().await;
            call
        }

        async fn has_begun(&self) {
            while self.begun.try_recv().is_err() {
                tokio::task::yield_now().await;
            }
        }

        async fn waiting(&self, calls: usize) {
            while self.kind.with_waiting(|waiting| waiting.len()) < calls {
                tokio::task::yield_now().await;
            }
        }

        /// Makes these calls while another one is under way, so that they wait.
        async fn behind_another(&self, jobs: &[u8]) -> Vec<JoinHandle<Result<(u8, usize), Error>>> {
            let first = self.call_under_way().await;
            let calls: Vec<_> = jobs.iter().map(|job| self.call(*job)).collect();
            self.waiting(jobs.len()).await;
            self.end.send(()).unwrap();
            assert_eq!(first.await.unwrap().unwrap(), (HOLD, 1));
            calls
        }
    }

    fn patient() -> Held {
        Held::new(Duration::from_secs(30))
    }

    #[actix_web::test]
    async fn a_call_that_finds_nobody_before_it_is_made_at_once() {
        let held = patient();
        for job in [7, LEFT_OUT] {
            assert_eq!(held.call(job).await.unwrap().unwrap(), (job, 1));
        }
        assert_eq!(held.gate.waiting.load(std::sync::atomic::Ordering::Acquire), 0);
    }

    #[actix_web::test]
    async fn calls_that_are_made_by_themselves_keep_no_others_waiting() {
        let held = Held { gate: Blocking::new(64, Duration::from_secs(30)), ..patient() };
        let calls: Vec<_> = (0..=GROUPS).map(|_| held.call(HOLD_ALONE)).collect();
        held.has_begun().await;
        assert_eq!(held.call(7).await.unwrap().unwrap(), (7, 1));
        for _ in &calls {
            held.end.send(()).unwrap();
        }
        for call in calls {
            assert_eq!(call.await.unwrap().unwrap(), (HOLD_ALONE, 1));
        }
    }

    #[actix_web::test]
    async fn calls_that_have_to_wait_are_made_together() {
        let jobs = [7, 8, LEFT_OUT, 9];
        let calls = patient().behind_another(&jobs).await;
        for (job, call) in jobs.into_iter().zip(calls) {
            let together = if job == LEFT_OUT { 1 } else { jobs.len() };
            assert_eq!(call.await.unwrap().unwrap(), (job, together));
        }
    }

    #[test]
    fn the_log_tells_how_many_calls_of_a_group_have_to_be_made_by_themselves() {
        let (log, writer) = std::io::pipe().unwrap();
        let lines = tracing_subscriber::fmt().with_ansi(false).with_max_level(tracing::Level::DEBUG);
        let lines = lines.with_writer(Arc::new(writer)).finish();
        let held = patient();
        let group = |jobs: &[u8]| {
            let place = || held.gate.take_place().unwrap();
            let waiting: Vec<_> = jobs.iter().map(|job| (*job, place())).collect();
            for (job, place) in &waiting {
                drop(held.kind.wait(*job, Arc::clone(&place.0)));
            }
            held.kind.serve();
        };
        tracing::subscriber::with_default(lines, || {
            group(&[LEFT_OUT]);
            group(&[7, 8]);
            group(&[7, LEFT_OUT, 8, LEFT_OUT]);
        });
        let log = std::io::read_to_string(log).unwrap();
        assert!(log.contains("a group of writes could not be made as one calls=4 alone=2"), "{log}");
        assert_eq!(log.lines().count(), 1, "{log}");
    }

    #[actix_web::test]
    async fn a_closed_queue_of_turns_is_told_at_once() {
        let held = patient();
        held.gate.writers.as_ref().unwrap().turns.close();
        assert!(matches!(held.call(7).await.unwrap(), Err(Error::Store(StoreError::Failed(_)))));
    }

    #[actix_web::test]
    async fn a_crowd_is_made_in_groups_that_do_not_take_long() {
        let jobs: Vec<_> = (10..10 + 40).chain(10..10 + 40).collect();
        let held = Held {
            gate: Blocking::new(128, Duration::from_secs(30)).with_sole_writer(Duration::from_secs(30)),
            ..patient()
        };
        let mut sizes = Vec::new();
        for call in held.behind_another(&jobs).await {
            sizes.push(call.await.unwrap().unwrap().1);
        }
        assert_eq!((sizes[0], sizes[CROWD], sizes.len()), (CROWD, jobs.len() - CROWD, jobs.len()));
    }

    #[actix_web::test]
    async fn trouble_is_told_to_all_of_a_group() {
        for call in patient().behind_another(&[7, TROUBLE]).await {
            let answer = call.await.unwrap();
            let Err(Error::Store(StoreError::Unavailable(cause))) = answer else { panic!("{answer:?}") };
            assert_eq!(cause.to_string(), "down");
        }
    }

    #[actix_web::test]
    async fn a_panic_ends_its_group_and_no_other() {
        let held = patient();
        for call in held.behind_another(&[7, PANIC]).await {
            assert!(matches!(call.await.unwrap(), Err(Error::Store(StoreError::Failed(_)))));
        }
        assert_eq!(held.call(7).await.unwrap().unwrap(), (7, 1));
    }

    #[actix_web::test]
    async fn a_call_that_nobody_waits_for_is_not_made() {
        let held = patient();
        let first = held.call_under_way().await;
        assert!(held.gate.run_together(&held.kind, 9).now_or_never().is_none());
        let calls = [held.call(7), held.call(8)];
        held.waiting(2).await;
        held.end.send(()).unwrap();
        first.await.unwrap().unwrap();
        for call in calls {
            assert_eq!(call.await.unwrap().unwrap().1, 2);
        }
    }

    #[test]
    fn a_turn_without_a_thread_goes_to_somebody_else() {
        let worker = |threads| {
            tokio::runtime::Builder::new_current_thread().enable_time().max_blocking_threads(threads).build().unwrap()
        };
        let (gate, kind) = (Blocking::new(64, Duration::from_secs(30)), Arc::clone(&patient().kind));
        let (release, is_held) = channel::<()>();
        let (busy, other) = (worker(1), worker(1));
        let _thread = busy.spawn_blocking(move || is_held.recv());
        let stuck: Vec<_> = (0..GROUPS).map(|_| (gate.clone(), Arc::clone(&kind))).collect();
        tokio::task::LocalSet::new().block_on(&busy, async move {
            let stuck = stuck.into_iter().map(|(gate, kind)| async move { gate.run_together(&kind, 7).await });
            let stuck: Vec<_> = stuck.map(spawn_here).collect();
            tokio::task::yield_now().await;
            pass(SOON * 2).await;
            let answered = std::thread::spawn(move || {
                tokio::task::LocalSet::new().block_on(&other, async move { gate.run_together(&kind, 8).await })
            });
            // The one that has a thread sees to the others as well.
            for call in stuck {
                assert_eq!(call.await.unwrap().unwrap(), (7, GROUPS + 1));
            }
            assert_eq!(answered.join().unwrap().unwrap(), (8, GROUPS + 1));
            drop(release);
        });
    }

    fn spawn_here<T: 'static>(future: impl Future<Output = T> + 'static) -> tokio::task::JoinHandle<T> {
        tokio::task::spawn_local(future)
    }

    #[actix_web::test]
    async fn a_call_that_has_no_turn_in_time_is_never_made() {
        let patience = Duration::from_secs(30);
        let held = Held::new(patience);
        let first = held.call_under_way().await;
        let late = held.call(7);
        held.waiting(1).await;
        pass(patience * 2).await;
        let late = late.await.unwrap();
        assert!(matches!(late, Err(Error::Store(StoreError::Unavailable(_)))), "{late:?}");
        held.end.send(()).unwrap();
        assert_eq!(first.await.unwrap().unwrap(), (HOLD, 1));
        assert_eq!(held.call(8).await.unwrap().unwrap(), (8, 1));
    }
}
