//! Which refusals of callers are logged: all, unless somebody makes so many of them that the log would hold nothing else.

use std::{
    collections::BTreeMap,
    mem,
    num::NonZeroU32,
    sync::{Mutex, MutexGuard, PoisonError},
};

use governor::clock::{Clock, DefaultClock};

use crate::{
    limits::{Limiter, Rate, limiter},
    observe::count_suppressed,
};

/// How many refusals for one reason are logged in a second (OWASP ASVS 5.0, 16.3.1 and 16.3.2, without letting the log be flooded).
const LOGGED_A_SECOND: NonZeroU32 = NonZeroU32::MIN.saturating_add(9);

/// Counts refusals by their reason, and decides which are logged.
pub struct RefusalLog<C: Clock = DefaultClock> {
    limiter: Limiter<&'static str, C>,
    suppressed: Mutex<BTreeMap<&'static str, u64>>,
}

impl Default for RefusalLog {
    fn default() -> Self {
        Self::by(DefaultClock::default())
    }
}

impl<C: Clock> RefusalLog<C> {
    fn by(clock: C) -> Self {
        let rate = Rate { per_second: LOGGED_A_SECOND, burst: LOGGED_A_SECOND };
        Self { limiter: limiter(rate, clock), suppressed: Mutex::default() }
    }

    /// Tells whether a refusal for that reason is to be logged; if so, and if others before it were not, says how many.
    pub fn admits(&self, reason: &'static str) -> bool {
        let admitted = self.count(reason);
        if let Some(suppressed @ 1..) = admitted {
            tell(reason, suppressed);
        }
        admitted.is_some()
    }

    /// Says how many refusals were not logged since the last that was.
    pub fn tell_suppressed(&self) {
        for (reason, suppressed) in mem::take(&mut *self.suppressed()) {
            tell(reason, suppressed);
        }
    }

    /// Counts a refusal; where it is to be logged, answers how many before it were not.
    fn count(&self, reason: &'static str) -> Option<u64> {
        let mut suppressed = self.suppressed();
        if self.limiter.check_key(&reason).is_ok() {
            return Some(suppressed.remove(reason).unwrap_or(0));
        }
        *suppressed.entry(reason).or_default() += 1;
        count_suppressed();
        None
    }

    fn suppressed(&self) -> MutexGuard<'_, BTreeMap<&'static str, u64>> {
        self.suppressed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn tell(reason: &str, suppressed: u64) {
    tracing::info!(reason, suppressed, "more refusals for this reason were not logged one by one");
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use governor::clock::FakeRelativeClock;

    use super::*;

    #[test]
    fn ten_a_second_are_logged_for_each_reason_and_the_others_counted() {
        let clock = FakeRelativeClock::default();
        let log = RefusalLog::by(clock.clone());
        let admitted = (0..25).filter(|_| log.admits("signature")).count();
        assert_eq!((admitted, log.count("expired")), (10, Some(0)));

        clock.advance(Duration::from_secs(1));
        assert_eq!((log.count("signature"), log.count("signature")), (Some(15), Some(0)));
    }

    #[test]
    fn what_was_not_logged_is_told_once_even_if_nothing_follows() {
        let log = RefusalLog::by(FakeRelativeClock::default());
        for _ in 0..12 {
            log.count("signature");
        }
        assert_eq!(*log.suppressed(), BTreeMap::from([("signature", 2)]));
        log.tell_suppressed();
        assert!(log.suppressed().is_empty());
    }
}
