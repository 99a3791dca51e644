//! The programme: all that happens, in the order of time. It is the same for every way to rotate.
//!
//! It may not know how anything is done. Within one second the operator acts first, then servers look, and guests come last.

use crate::{
    guest::{Guest, Visit},
    post::Post,
    times::{BEGIN, CRASH, REPLACEMENT, ROTATIONS},
    way::Act,
};
use orderslip::UnixTime;

#[derive(Clone, Copy)]
pub(crate) enum Event {
    /// The operator does what is due.
    Act(Act),
    /// A server looks at the ring's file.
    Look { server: usize },
    /// A server's process is killed.
    Crash { server: usize },
    /// A new process begins where one was killed.
    Replacement { server: usize },
    /// A guest comes.
    Visit { guest: usize, visit: Visit },
}

pub(crate) fn of(guests: &[Guest], posts: &[Post]) -> Vec<(UnixTime, Event)> {
    let acts = ROTATIONS.into_iter().flat_map(|rotation| {
        [(rotation.staged, Act::Stage), (rotation.retired(), Act::Retire), (rotation.pruned(), Act::Prune)]
    });
    let acts: Vec<_> = acts.map(|(after, act)| (BEGIN.saturating_add(after), act)).collect();
    let mut events: Vec<_> = acts.iter().map(|(time, act)| (*time, Event::Act(*act))).collect();
    for (server, post) in posts.iter().enumerate() {
        events.extend(acts.iter().map(|(time, _)| (time.saturating_add(post.delay), Event::Look { server })));
    }
    // The slowest, as it has not seen the new ring by then: whoever takes its place has that ring from the start.
    if let Some(server) = posts.iter().position(Post::is_slowest) {
        events.push((BEGIN.saturating_add(CRASH), Event::Crash { server }));
        events.push((BEGIN.saturating_add(REPLACEMENT), Event::Replacement { server }));
    }
    for (guest, Guest { visits }) in guests.iter().enumerate() {
        events.extend(visits.iter().map(|visit| (visit.time, Event::Visit { guest, visit: *visit })));
    }
    // Stable: what was put first comes first within a second.
    events.sort_by_key(|(time, _)| *time);
    events
}
