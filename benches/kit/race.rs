//! How the speed of tokens is measured, for the benches here and for those of other people's libraries.
//!
//! All contenders take turns within one process, a short sample each, on the thread's own clock; what counts is the minimum of many
//! samples. Whatever a machine does besides can only add to a sample, and what makes the whole machine slow makes every contender slow: so
//! ratios of minima compare, and absolute times do not.

use std::{collections::BTreeMap, time::Duration};

/// How long one sample lasts, about: long against the clock's own cost, short against a time slice.
const SAMPLE: Duration = Duration::from_micros(150);

/// The thread's own time, where there is such a clock.
#[cfg(unix)]
pub fn thread_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or_default())
}

#[cfg(not(unix))]
pub fn thread_time() -> Duration {
    static START: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
    START.get_or_init(std::time::Instant::now).elapsed()
}

struct Case<'a> {
    run: Box<dyn FnMut() + 'a>,
    repeats: u32,
    samples: Vec<f64>,
}

/// What is compared. A case has a name, and the same name is asked for its time.
#[derive(Default)]
pub struct Race<'a> {
    cases: BTreeMap<String, Case<'a>>,
}

impl<'a> Race<'a> {
    pub fn add(&mut self, name: impl Into<String>, run: impl FnMut() + 'a) {
        let case = Case { run: Box::new(run), repeats: 1, samples: Vec::new() };
        assert!(self.cases.insert(name.into(), case).is_none(), "two cases of one name");
    }

    /// Lets every case take so many samples, in turns.
    pub fn run(&mut self, rounds: usize) {
        for case in self.cases.values_mut() {
            case.warm_up();
        }
        for _ in 0..rounds {
            for case in self.cases.values_mut() {
                let nanos = case.sample();
                case.samples.push(nanos);
            }
        }
        for case in self.cases.values_mut() {
            case.samples.sort_unstable_by(f64::total_cmp);
        }
    }

    /// The fastest sample, in nanoseconds an operation.
    pub fn min(&self, name: &str) -> f64 {
        *self.samples(name).first().expect("a race that was run")
    }

    pub fn median(&self, name: &str) -> f64 {
        let samples = self.samples(name);
        samples[samples.len() / 2]
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.cases.keys().map(String::as_str)
    }

    fn samples(&self, name: &str) -> &[f64] {
        &self.cases.get(name).unwrap_or_else(|| panic!("no case {name:?}")).samples
    }
}

impl Case<'_> {
    fn warm_up(&mut self) {
        while self.sample() * f64::from(self.repeats) < SAMPLE.as_secs_f64() * 1e9 {
            self.repeats = self.repeats.saturating_mul(2);
        }
    }

    fn sample(&mut self) -> f64 {
        let start = thread_time();
        for _ in 0..self.repeats {
            (self.run)();
        }
        (thread_time() - start).as_secs_f64() * 1e9 / f64::from(self.repeats)
    }
}
