//! When keys are fetched, and how long they serve: arithmetic only, with the time as an argument.

use std::time::Duration;

/// The pause after the first failure; it doubles with each further one.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// The part of their freshness after which keys are fetched anew, and by how much of it that varies.
const RENEWAL: f64 = 0.9;
const RENEWAL_JITTER: f64 = 0.1;
/// By how much of it a pause varies, so that the instances of a service do not ask all at once.
const PAUSE_JITTER: f64 = 0.2;

/// How long fetched keys are good, and how often they may be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Freshness {
    /// How long fetched keys count as fresh; they are fetched anew a little before.
    pub ttl: Duration,
    /// How long after the last good fetch keys serve while the issuer cannot be reached; never shorter than `ttl`.
    pub stale: Duration,
    /// The least time from any attempt to one that an unknown key name causes.
    pub min_refetch: Duration,
}

impl Default for Freshness {
    /// 5 minutes, an hour, 30 seconds.
    fn default() -> Self {
        Self { ttl: Duration::from_mins(5), stale: Duration::from_hours(1), min_refetch: Duration::from_secs(30) }
    }
}

/// What is known of the fetches so far. Moments are given as the time since some beginning, chances as a number from 0 to 1.
#[derive(Debug)]
pub struct Schedule {
    freshness: Freshness,
    attempted: Option<Duration>,
    /// When the last good fetch began: a key may have been revoked while it went on.
    succeeded: Option<Duration>,
    trusted: bool,
    failures: u32,
    next: Duration,
}

impl Schedule {
    /// Nothing is fetched yet, and the first fetch is due.
    pub const fn new(freshness: Freshness) -> Self {
        Self { freshness, attempted: None, succeeded: None, trusted: false, failures: 0, next: Duration::ZERO }
    }

    /// When the next fetch is due, whoever asks or not.
    pub const fn next_fetch(&self) -> Duration {
        self.next
    }

    /// How long keys serve after the beginning of the fetch that brought them.
    pub fn trust(&self) -> Duration {
        self.freshness.stale.max(self.freshness.ttl)
    }

    /// How long keys are fresh after the beginning of the fetch that brought them.
    pub const fn freshness(&self) -> Duration {
        self.freshness.ttl
    }

    /// When the keys lose their trust unless a fetch succeeds before, `None` while there are none.
    pub fn end_of_trust(&self) -> Option<Duration> {
        Some(self.succeeded.filter(|_| self.trusted)?.saturating_add(self.trust()))
    }

    /// How long ago the last good fetch began, if there was one.
    pub fn age(&self, now: Duration) -> Option<Duration> {
        Some(now.saturating_sub(self.succeeded?))
    }

    /// How many fetches have failed since the last good one.
    pub const fn failures(&self) -> u32 {
        self.failures
    }

    /// Tells whether an unknown key name is reason enough to ask the issuer now. While it fails, the pauses hold for such too.
    pub fn may_refetch(&self, now: Duration) -> bool {
        let rested = |attempted| now.saturating_sub(attempted) >= self.freshness.min_refetch;
        self.attempted.is_none_or(rested) && (self.failures == 0 || now >= self.next)
    }

    /// A fetch begins.
    pub const fn begin(&mut self, now: Duration) {
        self.attempted = Some(now);
    }

    /// The fetch brought keys. They are as old as its beginning, but between two fetches there is a pause.
    pub fn succeed(&mut self, now: Duration, chance: f64) {
        let began = self.attempted.unwrap_or(now);
        let renewal = self.freshness.ttl.mul_f64(RENEWAL * spread(RENEWAL_JITTER, chance));
        self.succeeded = Some(began);
        self.trusted = true;
        self.failures = 0;
        self.next = began.saturating_add(renewal).max(now.saturating_add(renewal.min(FIRST_PAUSE)));
    }

    /// The fetch brought none. Answers the pause before the next.
    pub fn fail(&mut self, now: Duration, chance: f64) -> Duration {
        let pause = FIRST_PAUSE.saturating_mul(2_u32.saturating_pow(self.failures)).min(LONGEST_PAUSE);
        let pause = pause.mul_f64(spread(PAUSE_JITTER, chance));
        self.failures = self.failures.saturating_add(1);
        self.next = now.saturating_add(pause);
        pause
    }

    /// The keys have lost their trust and are gone.
    pub const fn forget(&mut self) {
        self.trusted = false;
    }
}

/// A factor from `1 - width` to `1 + width`, by chance.
fn spread(width: f64, chance: f64) -> f64 {
    1.0 - width + 2.0 * width * chance.clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHANCES: [f64; 3] = [0.0, 0.5, 1.0];

    fn seconds(seconds: f64) -> Duration {
        Duration::from_secs_f64(seconds)
    }

    fn fetched_at(now: f64) -> Schedule {
        let mut schedule = Schedule::new(Freshness::default());
        schedule.begin(seconds(now));
        schedule.succeed(seconds(now), 0.5);
        schedule
    }

    #[test]
    fn the_first_fetch_is_due_at_once() {
        assert_eq!(Schedule::new(Freshness::default()).next_fetch(), Duration::ZERO);
    }

    #[test]
    fn keys_are_fetched_anew_before_they_are_no_longer_fresh() {
        let due = CHANCES.map(|chance| {
            let mut schedule = Schedule::new(Freshness::default());
            schedule.succeed(seconds(1000.0), chance);
            schedule.next_fetch()
        });
        assert_eq!(due, [1243.0, 1270.0, 1297.0].map(seconds));
    }

    #[test]
    fn keys_are_as_old_as_the_beginning_of_their_fetch() {
        let mut schedule = Schedule::new(Freshness::default());
        assert_eq!(schedule.age(seconds(1.0)), None);
        schedule.begin(seconds(1000.0));
        schedule.succeed(seconds(1004.0), 0.5);
        assert_eq!(schedule.next_fetch(), seconds(1270.0));
        assert_eq!(schedule.end_of_trust(), Some(seconds(4600.0)));
        assert_eq!(schedule.age(seconds(1004.0)), Some(seconds(4.0)));
        schedule.forget();
        assert_eq!(schedule.age(seconds(9000.0)), Some(seconds(8000.0)), "they go on growing old");
    }

    #[test]
    fn there_is_a_pause_after_a_fetch_that_took_longer_than_its_keys_are_fresh() {
        let mut schedule = Schedule::new(Freshness { ttl: seconds(2.0), ..Freshness::default() });
        schedule.begin(seconds(10.0));
        schedule.succeed(seconds(14.0), 0.5);
        assert_eq!(schedule.next_fetch(), seconds(15.0));
    }

    #[test]
    fn pauses_double_from_one_second_to_thirty() {
        let mut schedule = Schedule::new(Freshness::default());
        let pauses: Vec<Duration> = (0..8).map(|_| schedule.fail(Duration::ZERO, 0.5)).collect();
        assert_eq!(pauses, [1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0, 30.0].map(seconds));
        schedule.succeed(Duration::ZERO, 0.5);
        assert_eq!(schedule.fail(Duration::ZERO, 0.5), seconds(1.0));
    }

    #[test]
    fn a_pause_varies_by_a_fifth() {
        let pauses = CHANCES.map(|chance| Schedule::new(Freshness::default()).fail(Duration::ZERO, chance));
        assert_eq!(pauses, [0.8, 1.0, 1.2].map(seconds));
    }

    #[test]
    fn an_endless_outage_overflows_nothing() {
        let mut schedule = fetched_at(0.0);
        for _ in 0..100 {
            schedule.fail(Duration::MAX, 1.0);
        }
        assert_eq!(schedule.next_fetch(), Duration::MAX);
    }

    #[test]
    fn keys_serve_an_hour_after_the_last_good_fetch() {
        let mut schedule = fetched_at(100.0);
        assert_eq!(schedule.end_of_trust(), Some(seconds(3700.0)));
        schedule.begin(seconds(400.0));
        schedule.fail(seconds(400.0), 0.5);
        assert_eq!(schedule.end_of_trust(), Some(seconds(3700.0)), "a failure changes nothing");
        schedule.begin(seconds(500.0));
        schedule.succeed(seconds(500.0), 0.5);
        assert_eq!(schedule.end_of_trust(), Some(seconds(4100.0)));
        schedule.forget();
        assert_eq!(schedule.end_of_trust(), None);
    }

    #[test]
    fn keys_serve_at_least_while_they_are_fresh() {
        let mut schedule = Schedule::new(Freshness { stale: Duration::ZERO, ..Freshness::default() });
        schedule.succeed(Duration::ZERO, 0.5);
        assert_eq!(schedule.end_of_trust(), Some(seconds(300.0)));
    }

    #[test]
    fn an_unknown_name_is_asked_for_half_a_minute_after_the_last_attempt() {
        let mut schedule = Schedule::new(Freshness::default());
        assert!(schedule.may_refetch(Duration::ZERO));
        schedule.begin(seconds(10.0));
        assert!(!schedule.may_refetch(seconds(39.9)));
        assert!(schedule.may_refetch(seconds(40.0)));
    }

    #[test]
    fn after_a_failure_an_unknown_name_waits_for_the_pause_too() {
        let mut schedule = Schedule::new(Freshness { min_refetch: seconds(1.0), ..Freshness::default() });
        for _ in 0..3 {
            schedule.begin(seconds(10.0));
            schedule.fail(seconds(10.0), 0.5);
        }
        assert!(!schedule.may_refetch(seconds(13.9)));
        assert!(schedule.may_refetch(seconds(14.0)));
        schedule.begin(seconds(14.0));
        schedule.succeed(seconds(14.0), 0.5);
        assert!(schedule.may_refetch(seconds(15.0)));
    }
}
