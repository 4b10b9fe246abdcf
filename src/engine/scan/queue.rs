//! Work that makes more work, shared by threads.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Jobs that wait, the newest first, and how many are not done.
#[derive(Debug)]
pub(super) struct Queue<T> {
    state: Mutex<State<T>>,
    bell: Condvar,
}

#[derive(Debug)]
struct State<T> {
    waiting: Vec<T>,
    open: usize,
    stopped: bool,
}

impl<T> Queue<T> {
    pub(super) fn new(jobs: Vec<T>) -> Self {
        let open = jobs.len();
        Self { state: Mutex::new(State { waiting: jobs, open, stopped: false }), bell: Condvar::new() }
    }

    fn state(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn push(&self, jobs: impl IntoIterator<Item = T>) {
        let mut state = self.state();
        let before = state.waiting.len();
        state.waiting.extend(jobs);
        let more = state.waiting.len() - before;
        state.open += more;
        drop(state);
        if more > 0 {
            self.bell.notify_all();
        }
    }

    /// The next job; waits while others may still make one. `None` when all is done, or after [`Queue::stop`].
    pub(super) fn next(&self) -> Option<T> {
        let mut state = self.state();
        loop {
            if state.stopped || state.open == 0 {
                return None;
            }
            if let Some(job) = state.waiting.pop() {
                return Some(job);
            }
            state = self.bell.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// A job from [`Queue::next`] is done.
    pub(super) fn done(&self) {
        let mut state = self.state();
        state.open -= 1;
        if state.open == 0 {
            self.bell.notify_all();
        }
    }

    /// No more jobs are handed out.
    pub(super) fn stop(&self) {
        self.state().stopped = true;
        self.bell.notify_all();
    }
}
