//! Threads that belong to one call.

use std::sync::atomic::{AtomicBool, Ordering};

/// The operating system refused a thread.
#[derive(Debug, thiserror::Error)]
#[error("could not start {n_threads} threads: {reason}")]
pub struct PoolError {
    /// How many were asked for.
    pub n_threads: usize,
    /// What the operating system said.
    pub reason: String,
}

/// A thread pool for the duration of one kernel call, never rayon's global one: a child forked after a call
/// then has no pool whose threads did not survive the fork, and nothing to deadlock on.
///
/// With one thread nothing is spawned and [`run`](Self::run) is a plain call.
pub struct Pool {
    pool: Option<rayon::ThreadPool>,
    n_threads: usize,
}

/// Beyond this, and the number of cores, threads only wait for one another.
const MOST: usize = 8;

/// How often an awake thread looks for work before it lets others have its core for a moment.
const SPINS: usize = 200;

impl Pool {
    /// A pool of `n_threads`: 0 counts as 1, and more than 8 as 8, or as the number of cores where that is more.
    /// Nothing that a kernel computes may depend on the number.
    pub fn new(n_threads: usize) -> Result<Self, PoolError> {
        let most = || std::thread::available_parallelism().map_or(MOST, |cores| cores.get().max(MOST));
        let n_threads = if n_threads <= MOST {
            n_threads.max(1)
        } else {
            n_threads.min(most())
        };
        let pool = if n_threads == 1 {
            None
        } else {
            let built = rayon::ThreadPoolBuilder::new()
                .num_threads(n_threads)
                .thread_name(|i| format!("porism-{i}"))
                .build()
                .map_err(|error| PoolError {
                    n_threads,
                    reason: error.to_string(),
                })?;
            Some(built)
        };
        Ok(Self { pool, n_threads })
    }

    /// The calling thread alone.
    pub const fn serial() -> Self {
        Self {
            pool: None,
            n_threads: 1,
        }
    }

    /// How many threads work inside [`run`](Self::run).
    pub fn n_threads(&self) -> usize {
        self.n_threads
    }

    /// Whether rayon calls inside [`run`](Self::run) have more than one thread. Where this is false, kernels must take their
    /// serial path: a bare `par_iter` would wake rayon's global pool.
    pub fn is_parallel(&self) -> bool {
        self.pool.is_some()
    }

    /// Run `work`; rayon calls inside use this pool (only if [`is_parallel`](Self::is_parallel)).
    pub fn run<R: Send>(&self, work: impl FnOnce() -> R + Send) -> R {
        match &self.pool {
            Some(pool) => pool.install(work),
            None => work(),
        }
    }

    /// Run `work` like [`run`](Self::run), with the other threads awake from beginning to end. For many short parallel pieces between serial ones: threads that fell
    /// asleep in between would take longer to wake than their piece takes.
    pub fn run_awake<R: Send>(&self, work: impl FnOnce() -> R + Send) -> R {
        /// Lets the others go, even if the work panics.
        struct Done<'a>(&'a AtomicBool);

        impl Drop for Done<'_> {
            fn drop(&mut self) {
                self.0.store(true, Ordering::Release);
            }
        }

        let Some(pool) = &self.pool else { return work() };
        let done = AtomicBool::new(false);
        pool.scope(|scope| {
            let _done = Done(&done);
            let mine = rayon::current_thread_index();
            let done = &done;
            scope.spawn_broadcast(move |_, context| {
                if Some(context.index()) == mine {
                    return; // this thread works
                }
                let mut idle = 0;
                while !done.load(Ordering::Acquire) {
                    if rayon::yield_now() == Some(rayon::Yield::Executed) {
                        idle = 0;
                    } else if idle < SPINS {
                        idle += 1;
                        std::hint::spin_loop();
                    } else {
                        std::thread::yield_now(); // there may be more threads than cores
                    }
                }
            });
            work()
        })
    }

    /// Run two pieces of work, at the same time where there are threads for it.
    pub fn join<A: Send, B: Send>(&self, a: impl FnOnce() -> A + Send, b: impl FnOnce() -> B + Send) -> (A, B) {
        match &self.pool {
            Some(pool) => pool.install(|| rayon::join(a, b)),
            None => (a(), b()),
        }
    }

    /// `work` on every one of `parts`, at the same time where there are threads for it.
    pub fn for_each_of<P: Send>(&self, parts: Vec<P>, work: impl Fn(P) + Sync + Send) {
        use rayon::prelude::*;
        match &self.pool {
            Some(pool) => pool.install(|| parts.into_par_iter().for_each(work)),
            None => parts.into_iter().for_each(work),
        }
    }

    /// `work(i)` for every `i < n`, in any order, on all threads; returns when all are done.
    pub fn for_each(&self, n: usize, work: impl Fn(usize) + Sync + Send) {
        use rayon::prelude::*;
        match &self.pool {
            Some(pool) => pool.install(|| (0..n).into_par_iter().for_each(work)),
            None => (0..n).for_each(work),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicUsize;

    #[test]
    fn every_index_is_visited_once() {
        for n_threads in [1, 2, 4] {
            let pool = Pool::new(n_threads).unwrap();
            let sum = AtomicUsize::new(0);
            pool.for_each(1000, |i| {
                sum.fetch_add(i, Ordering::Relaxed);
            });
            assert_eq!(sum.into_inner(), 499_500);
        }
    }

    #[test]
    fn awake_threads_work_and_are_let_go() {
        for n_threads in [1, 2, 5] {
            let pool = Pool::new(n_threads).unwrap();
            let sum = AtomicUsize::new(0);
            let result = pool.run_awake(|| {
                for _ in 0..200 {
                    pool.for_each(50, |i| {
                        sum.fetch_add(i, Ordering::Relaxed);
                    });
                }
                7
            });
            assert_eq!((result, sum.load(Ordering::Relaxed)), (7, 200 * 1225));
            let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                pool.run_awake(|| panic!("as expected"));
            }));
            assert!(panicked.is_err());
            assert_eq!(pool.run_awake(|| 8), 8);
        }
    }

    #[test]
    fn zero_threads_count_as_one() {
        let pool = Pool::new(0).unwrap();
        assert_eq!(pool.n_threads(), 1);
        assert!(!pool.is_parallel());
        assert_eq!(pool.join(|| 1, || 2), (1, 2));
    }

    #[test]
    fn absurd_numbers_of_threads_are_not_started() {
        let cores = std::thread::available_parallelism().map_or(1, |n| n.get());
        let pool = Pool::new(usize::MAX).unwrap();
        assert_eq!(pool.n_threads(), cores.max(MOST));
        assert_eq!(pool.join(|| 1, || 2), (1, 2));
    }
}
