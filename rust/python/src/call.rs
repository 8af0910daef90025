//! How a kernel is called from Python: GIL released, Ctrl-C obeyed, progress shown, panics contained.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::time::Duration;

use porism_runtime::Monitor;
use pyo3::prelude::*;

use crate::errors::ComputationError;

/// How long the calling thread waits before it looks at signals again. Half of the 100 ms that a kernel may work
/// without a check, so that Ctrl-C takes at most 0.15 s in all.
const TICK: Duration = Duration::from_millis(50);

/// How many elementary steps surely take less than one [`TICK`].
const SHORT: u64 = 1_000_000;

/// Run `work` without the GIL on a thread of its own, while this thread looks at signals and reports progress.
///
/// `steps` is a rough upper bound on the elementary operations of the call: below [`SHORT`] the work runs on the calling thread, because
/// starting a thread would cost more than the wait it could interrupt.
///
/// `progress` is called as `progress(done, total, value)` at every tick, and once at the end. An exception that it raises stops the kernel and is raised,
/// as is that of a signal handler (`KeyboardInterrupt`). When this function returns the work has ended, whatever happened.
///
/// # Errors
/// What a signal handler or `progress` raised; `ComputationError` for a panic in `work`.
pub(crate) fn run<T: Send>(
    py: Python<'_>,
    steps: u64,
    progress: Option<&Bound<'_, PyAny>>,
    work: impl FnOnce(&Monitor) -> T + Send,
) -> PyResult<T> {
    let monitor = Monitor::new();
    let outcome = if steps < SHORT {
        py.detach(|| contained(|| work(&monitor)))
    } else {
        run_on_thread(py, &monitor, progress, work)?
    };
    if let Some(callback) = progress {
        report(&monitor, callback)?;
    }
    outcome.map_err(|message| {
        ComputationError::new_err(format!("internal error in a kernel: {message}"))
    })
}

fn run_on_thread<T: Send>(
    py: Python<'_>,
    monitor: &Monitor,
    progress: Option<&Bound<'_, PyAny>>,
    work: impl FnOnce(&Monitor) -> T + Send,
) -> PyResult<Result<T, String>> {
    let progress = progress.map(|callback| callback.clone().unbind());
    py.detach(|| {
        std::thread::scope(|scope| {
            let (sender, receiver) = sync_channel(1);
            let worker = std::thread::Builder::new()
                .name("porism".to_owned())
                .spawn_scoped(scope, move || {
                    // A closed channel only means that nobody waits for the result any more.
                    let _ = sender.send(contained(|| work(monitor)));
                });
            if let Err(error) = worker {
                return Err(ComputationError::new_err(format!(
                    "could not start a thread: {error}"
                )));
            }
            loop {
                match receiver.recv_timeout(TICK) {
                    Ok(outcome) => return Ok(outcome),
                    Err(RecvTimeoutError::Timeout) => {
                        let looked = Python::attach(|py| {
                            py.check_signals()?;
                            match &progress {
                                Some(callback) => report(monitor, callback.bind(py)),
                                None => Ok(()),
                            }
                        });
                        if let Err(raised) = looked {
                            monitor.stop(); // the scope joins the worker before this function returns
                            return Err(raised);
                        }
                    }
                    Err(RecvTimeoutError::Disconnected) => {
                        return Ok(Err("the worker vanished".to_owned()));
                    }
                }
            }
        })
    })
}

fn report(monitor: &Monitor, callback: &Bound<'_, PyAny>) -> PyResult<()> {
    let progress = monitor.progress();
    callback.call1((progress.done, progress.total, progress.value))?;
    Ok(())
}

/// `work`, with a panic turned into its message.
fn contained<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|payload| message_of(payload.as_ref()))
}

fn message_of(payload: &(dyn Any + Send)) -> String {
    payload
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "panic without a message".to_owned())
}
