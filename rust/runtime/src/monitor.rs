//! The line between a running kernel and whoever waits for it.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// The kernel was asked to stop and did; nothing it computed is to be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("stopped on request")]
pub struct Interrupted;

/// A stop flag and a progress report that a kernel and its caller share.
///
/// A kernel calls [`check`](Self::check) at least every 100 ms of work, on any of its threads; the caller
/// calls [`stop`](Self::stop) from another thread. Progress is advisory: three relaxed stores that may be read
/// half-updated, good enough for a bar.
#[derive(Debug, Default)]
pub struct Monitor {
    stop: AtomicBool,
    done: AtomicU64,
    total: AtomicU64,
    value: AtomicU64,
}

/// How far a kernel is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Progress {
    /// Units of work done; a unit is what the kernel says it is.
    pub done: u64,
    /// Units of work expected, 0 while unknown. An estimate: iterative kernels may end earlier.
    pub total: u64,
    /// The objective so far (a loss, a count), 0 before the first report.
    pub value: f64,
}

impl Monitor {
    /// A monitor that nobody has stopped.
    pub const fn new() -> Self {
        Self {
            stop: AtomicBool::new(false),
            done: AtomicU64::new(0),
            total: AtomicU64::new(0),
            value: AtomicU64::new(0),
        }
    }

    /// Ask the kernel to stop at its next [`check`](Self::check).
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    /// `Err` once somebody called [`stop`](Self::stop).
    #[inline]
    pub fn check(&self) -> Result<(), Interrupted> {
        if self.stop.load(Ordering::Relaxed) {
            Err(Interrupted)
        } else {
            Ok(())
        }
    }

    /// Publish progress: `done` of `total` units, and the objective reached.
    pub fn report(&self, done: u64, total: u64, value: f64) {
        self.done.store(done, Ordering::Relaxed);
        self.total.store(total, Ordering::Relaxed);
        self.value.store(value.to_bits(), Ordering::Relaxed);
    }

    /// The last progress published.
    pub fn progress(&self) -> Progress {
        Progress {
            done: self.done.load(Ordering::Relaxed),
            total: self.total.load(Ordering::Relaxed),
            value: f64::from_bits(self.value.load(Ordering::Relaxed)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stops_only_when_asked_and_then_for_good() {
        let monitor = Monitor::new();
        assert_eq!(monitor.check(), Ok(()));
        monitor.stop();
        assert_eq!(monitor.check(), Err(Interrupted));
        assert_eq!(monitor.check(), Err(Interrupted));
    }

    #[test]
    fn progress_comes_back_as_reported() {
        let monitor = Monitor::new();
        monitor.report(3, 10, -1.5);
        let expected = Progress {
            done: 3,
            total: 10,
            value: -1.5,
        };
        assert_eq!(monitor.progress(), expected);
    }
}
