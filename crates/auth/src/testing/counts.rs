//! The metrics of one test.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

use metrics::{Counter, Gauge, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit};

/// Keeps what is counted and measured, for a test to look at.
#[derive(Default)]
pub struct Counts(Mutex<HashMap<Key, Arc<AtomicU64>>>);

impl Counts {
    /// How often that was counted.
    pub fn count(&self, name: &'static str, label: &'static str, value: &'static str) -> u64 {
        self.read(&Key::from_parts(name, &[(label, value)])).unwrap_or(0)
    }

    /// The last measure, if there was one.
    pub fn gauge(&self, name: &'static str) -> Option<f64> {
        self.read(&Key::from_name(name)).map(f64::from_bits)
    }

    fn read(&self, key: &Key) -> Option<u64> {
        self.0.lock().unwrap().get(key).map(|value| value.load(Ordering::Relaxed))
    }

    fn register(&self, key: &Key) -> Arc<AtomicU64> {
        Arc::clone(self.0.lock().unwrap().entry(key.clone()).or_default())
    }
}

impl Recorder for Counts {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        Counter::from_arc(self.register(key))
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::from_arc(self.register(key))
    }

    fn register_histogram(&self, _: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::noop()
    }
}
