//! The rehearsal: a fleet and an operator of its own go through the programme, with one of the ways to rotate.
//!
//! It may not know what is in a token. One event comes after the other, so that a rehearsal is the same every time.

use crate::{
    Fault,
    fleet::Fleet,
    guest::Guest,
    held,
    office::Office,
    post::Post,
    programme::{self, Event},
    report::Run,
    tally::Tally,
    way::Way,
};
use tempfile::TempDir;

pub(crate) async fn rehearse(way: Way, guests: &[Guest], posts: &[Post]) -> Result<Run, Fault> {
    let folder = TempDir::new()?;
    let file = folder.path().join("ring.json");
    let mut office = Office::open(way, file.clone())?;
    let mut fleet = Fleet::start(posts, file).await?;
    let mut tally = Tally::default();
    let mut in_hand: Vec<_> = guests.iter().map(|_| None).collect();
    for (time, event) in programme::of(guests, posts) {
        match event {
            Event::Act(act) => office.act(act, time)?,
            Event::Look { server } => fleet.look(server).await?,
            Event::Crash { server } => fleet.lose(server).await?,
            Event::Replacement { server } => fleet.replace(server).await?,
            Event::Visit { guest, visit } => {
                let held = in_hand.get_mut(guest).ok_or("a guest whom nobody knows")?;
                *held = Some(held::visit(guest, &visit, held.take(), &fleet, &mut tally).await?);
            }
        }
    }
    Ok(Run::new(way, &tally, office))
}
