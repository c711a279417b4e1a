//! How much one client may ask for: requests of one caller, and refused credentials from one address.

use std::{hash::Hash, net::IpAddr, num::NonZeroU32, time::Duration};

use actix_web::http::header;
use ensemble_domain::Subject;
use governor::{
    Quota, RateLimiter,
    clock::{Clock, DefaultClock},
    middleware::NoOpMiddleware,
    state::keyed::DashMapStateStore,
};

use crate::{
    client::network_of,
    observe::{CALLER_RATE, REFUSAL_RATE, count_limited},
    problem::{Kind, Problem},
};

/// How often something may happen.
#[derive(Clone, Copy, Debug)]
pub struct Rate {
    /// How often a second, in the long run.
    pub per_second: NonZeroU32,
    /// How often at once, after a rest.
    pub burst: NonZeroU32,
}

/// The limits on what clients ask for. Each server counts for itself.
pub struct RateLimits<C: Clock = DefaultClock> {
    callers: Limiter<Subject, C>,
    refusals: Limiter<IpAddr, C>,
}

/// Counts what happens by a key, for each by itself.
pub type Limiter<K, C> = RateLimiter<K, DashMapStateStore<K>, C, NoOpMiddleware<<C as Clock>::Instant>>;

impl RateLimits {
    /// Limits on the requests of one caller, and on the refused credentials from one address.
    #[must_use]
    pub fn new(caller: Rate, refused: Rate) -> Self {
        Self::by(caller, refused, &DefaultClock::default())
    }
}

impl<C: Clock + Clone> RateLimits<C> {
    fn by(caller: Rate, refused: Rate, clock: &C) -> Self {
        Self { callers: limiter(caller, clock.clone()), refusals: limiter(refused, clock.clone()) }
    }

    /// Counts a request of that caller, and refuses one too many.
    pub(crate) fn count_request(&self, caller: &Subject) -> Result<(), Problem> {
        count(&self.callers, caller, &REQUESTS)
    }

    /// Counts refused credentials from that address; beyond the limit nothing is told about them. Good ones are not counted.
    pub(crate) fn count_refusal(&self, address: IpAddr) -> Result<(), Problem> {
        count(&self.refusals, &network_of(address), &REFUSALS)
    }

    /// Forgets whoever has not been seen for long enough to begin anew, since the memory would grow with every address.
    pub(crate) fn tidy(&self) {
        self.callers.retain_recent();
        self.callers.shrink_to_fit();
        self.refusals.retain_recent();
        self.refusals.shrink_to_fit();
    }

    /// How many callers and addresses are remembered.
    pub(crate) fn remembered(&self) -> usize {
        self.callers.len() + self.refusals.len()
    }
}

/// Lets each key have that rate.
pub fn limiter<K: Clone + Eq + Hash, C: Clock>(rate: Rate, clock: C) -> Limiter<K, C> {
    RateLimiter::new(Quota::per_second(rate.per_second).allow_burst(rate.burst), DashMapStateStore::default(), clock)
}

fn count<K: Clone + Eq + Hash, C: Clock>(limiter: &Limiter<K, C>, key: &K, what: &Limited) -> Result<(), Problem> {
    limiter.check_key(key).map_err(|until| {
        count_limited(what.reason);
        what.exceeded(until.wait_time_from(limiter.clock().now()))
    })
}

/// What there may be too many of.
pub struct Limited {
    /// Its name in the log and in the metrics.
    reason: &'static str,
    /// What is told about one too many.
    told: &'static str,
}

/// Requests of one caller.
pub const REQUESTS: Limited = Limited { reason: CALLER_RATE, told: "too many requests with this token's subject" };

/// Refused credentials from one address.
const REFUSALS: Limited = Limited { reason: REFUSAL_RATE, told: "too many refused credentials from this address" };

impl Limited {
    /// The refusal of one too many, the next of which is let in after that long.
    pub fn exceeded(&self, wait: Duration) -> Problem {
        let seconds = retry_after(wait);
        Problem::new(Kind::RateLimited, format!("{}; try again in {seconds} s", self.told))
            .with_header(header::RETRY_AFTER, &seconds.to_string())
            .with_reason(self.reason)
    }
}

/// Whole seconds, rounded up, and at least one.
fn retry_after(wait: Duration) -> u64 {
    (wait.as_secs() + u64::from(wait.subsec_nanos() > 0)).max(1)
}

#[cfg(test)]
mod tests {
    use actix_web::ResponseError;
    use governor::clock::FakeRelativeClock;

    use super::*;

    fn rate(per_second: u32, burst: u32) -> Rate {
        Rate { per_second: NonZeroU32::new(per_second).unwrap(), burst: NonZeroU32::new(burst).unwrap() }
    }

    fn retry(refused: Result<(), Problem>) -> Option<String> {
        let response = refused.err()?.error_response();
        assert_eq!(response.status().as_u16(), 429);
        Some(response.headers().get(header::RETRY_AFTER).unwrap().to_str().unwrap().to_owned())
    }

    #[test]
    fn a_caller_has_a_burst_and_then_the_rate() {
        let clock = FakeRelativeClock::default();
        let limits = RateLimits::by(rate(2, 3), rate(1, 1), &clock);
        let (one, other) = (Subject::parse("one").unwrap(), Subject::parse("other").unwrap());
        for _ in 0..3 {
            assert!(limits.count_request(&one).is_ok());
        }
        assert_eq!(retry(limits.count_request(&one)).as_deref(), Some("1"));
        assert!(limits.count_request(&other).is_ok(), "each caller has a limit of its own");
        clock.advance(Duration::from_millis(500));
        assert!(limits.count_request(&one).is_ok());
        assert!(limits.count_request(&one).is_err());
    }

    #[test]
    fn whoever_waits_as_long_as_told_is_let_in() {
        let clock = FakeRelativeClock::default();
        let limits = RateLimits::by(rate(1, 1), rate(1, 5), &clock);
        let address: IpAddr = "2001:db8::1".parse().unwrap();
        let neighbour: IpAddr = "2001:db8::2:1".parse().unwrap();
        for _ in 0..5 {
            assert!(limits.count_refusal(address).is_ok());
        }
        let seconds: u64 = retry(limits.count_refusal(neighbour)).unwrap().parse().unwrap();
        clock.advance(Duration::from_secs(seconds));
        assert!(limits.count_refusal(neighbour).is_ok());
    }

    #[test]
    fn whoever_is_idle_is_forgotten() {
        let clock = FakeRelativeClock::default();
        let limits = RateLimits::by(rate(10, 10), rate(10, 10), &clock);
        for number in 0..1000_u32 {
            limits.count_refusal(IpAddr::from(number.to_be_bytes())).unwrap();
            limits.count_request(&Subject::parse(&format!("caller {number}")).unwrap()).unwrap();
        }
        assert_eq!((limits.refusals.len(), limits.callers.len()), (1000, 1000));
        clock.advance(Duration::from_mins(1));
        limits.tidy();
        assert_eq!(limits.remembered(), 0);
    }

    #[test]
    fn a_wait_is_told_in_whole_seconds_and_never_too_short() {
        let told = [(0, 1), (1, 1), (999, 1), (1000, 1), (1001, 2), (2500, 3)];
        for (millis, seconds) in told {
            assert_eq!(retry_after(Duration::from_millis(millis)), seconds, "{millis} ms");
        }
    }
}
