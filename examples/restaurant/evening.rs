//! One evening: guests come and order, waiters drop out and begin as the programme has it, and everybody asks for the bill.
//!
//! It may not know where state is kept.

use crate::{
    Fault,
    guest::Guest,
    house::House,
    programme::{Change, Programme},
    progress::Progress,
    run::{Moment, Run},
    staff,
    stores::Stores,
    tally::{Outcome, Tally},
    visit::{Door, Visit},
};
use std::{
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::task::JoinSet;

/// How long a guest waits for an answer: longer than the front door needs to find out that a waiter is gone.
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) async fn serve(programme: Programme, stores: &Stores, guests: Vec<Guest>) -> Result<Run, Fault> {
    let client = staff::client(PATIENCE)?;
    let house = House::open(&programme, stores, client.clone()).await?;
    let door = Door { client, address: house.door(), opened: Instant::now() };
    let (guest_count, order_count) = (guests.len(), guests.iter().map(|guest| guest.wishes.len()).sum::<usize>());
    let progress = Progress::new(programme.architecture.name(), order_count + guest_count);
    let evening = Arc::new(Evening {
        programme,
        guests: Mutex::new(guests),
        door,
        house: tokio::sync::Mutex::new(house),
        orders: AtomicUsize::new(0),
        order_count,
        moments: Mutex::default(),
        progress,
    });

    let visits = everybody_orders(&evening).await?;
    let ordered = evening.door.opened.elapsed();
    evening.moments().push(Moment { at: ordered, change: Change::Bills });
    let (tally, carts_intact) = everybody_asks_for_the_bill(&evening, visits).await?;
    let took = evening.door.opened.elapsed();
    let evening = Arc::into_inner(evening).ok_or("a guest stays behind")?;
    let (metered, server_state_bytes) = evening.house.into_inner().close().await?;
    Ok(Run {
        architecture: programme.architecture,
        guests: guest_count,
        carts_intact,
        carts_lost: guest_count - carts_intact,
        requests: tally.asked.len(),
        requests_lost: tally.count(Outcome::Lost),
        requests_failed: tally.count(Outcome::Failed),
        requests_retried: tally.retried,
        requests_per_second: per_second(guest_count + order_count, ordered),
        p50_us: tally.percentile_us(50),
        p99_us: tally.percentile_us(99),
        cookie_bytes_max: tally.cookie_bytes_max,
        server_state_bytes,
        mean_us: tally.mean_us(),
        took,
        asked: tally.asked,
        moments: evening.moments.into_inner()?,
        metered,
    })
}

fn per_second(requests: usize, took: Duration) -> u64 {
    let requests = u64::try_from(requests).unwrap_or(u64::MAX);
    requests.saturating_mul(1_000_000) / u64::try_from(took.as_micros()).unwrap_or(u64::MAX).max(1)
}

struct Evening {
    programme: Programme,
    /// Who still waits outside.
    guests: Mutex<Vec<Guest>>,
    door: Door,
    house: tokio::sync::Mutex<House>,
    /// How many orders were placed so far.
    orders: AtomicUsize,
    order_count: usize,
    moments: Mutex<Vec<Moment>>,
    progress: Progress,
}

/// All guests, some at a time, each with one request after the other. They stay until the bill.
async fn everybody_orders(evening: &Arc<Evening>) -> Result<Vec<Visit>, Fault> {
    let mut seats = JoinSet::new();
    for _ in 0..evening.programme.seats {
        seats.spawn(take_turns(Arc::clone(evening)));
    }
    let mut visits = Vec::new();
    while let Some(seat) = seats.join_next().await {
        visits.extend(seat??);
    }
    Ok(visits)
}

/// The guests of one seat, one after the other.
async fn take_turns(evening: Arc<Evening>) -> Result<Vec<Visit>, Fault> {
    let mut visits = Vec::new();
    while let Some(guest) = evening.next_guest() {
        let mut visit = Visit::new(guest, evening.door.clone());
        visit.enter().await;
        for wish in visit.guest.wishes.clone() {
            visit.order(wish).await;
            evening.goes_on().await?;
        }
        visits.push(visit);
    }
    Ok(visits)
}

/// As many at a time. What they met with all evening, and how many carts were as they should be.
async fn everybody_asks_for_the_bill(evening: &Arc<Evening>, visits: Vec<Visit>) -> Result<(Tally, usize), Fault> {
    let (visits, mut seats) = (Arc::new(Mutex::new(visits)), JoinSet::new());
    for _ in 0..evening.programme.seats {
        seats.spawn(take_turns_to_pay(Arc::clone(evening), Arc::clone(&visits)));
    }
    let (mut tally, mut carts_intact) = (Tally::default(), 0);
    while let Some(seat) = seats.join_next().await {
        let (met_with, intact) = seat?;
        tally.add(met_with);
        carts_intact += intact;
    }
    Ok((tally, carts_intact))
}

async fn take_turns_to_pay(evening: Arc<Evening>, visits: Arc<Mutex<Vec<Visit>>>) -> (Tally, usize) {
    let (mut tally, mut intact) = (Tally::default(), 0);
    let next = || visits.lock().expect("nobody panics at the till").pop();
    while let Some(mut visit) = next() {
        intact += usize::from(visit.finds_all_intact().await);
        tally.add(visit.tally);
        evening.progress.show(evening.orders.fetch_add(1, Ordering::Relaxed) + 1);
    }
    (tally, intact)
}

impl Evening {
    fn next_guest(&self) -> Option<Guest> {
        self.guests.lock().expect("nobody panics at the door").pop()
    }

    /// One more order was placed: does anything happen now?
    async fn goes_on(&self) -> Result<(), Fault> {
        let order = self.orders.fetch_add(1, Ordering::Relaxed) + 1;
        self.progress.show(order);
        let Some(change) = self.programme.changes.after(order, self.order_count) else { return Ok(()) };
        let mut house = self.house.lock().await;
        match change {
            // Somebody has to serve.
            Change::Lose if house.waiters() < 2 => house.hire_a_waiter().await?,
            Change::Lose | Change::Bills => {}
            Change::Hire(waiters) => {
                for _ in 0..waiters {
                    house.hire_a_waiter().await?;
                }
            }
        }
        if change == Change::Lose {
            house.lose_a_waiter().await?;
        }
        self.moments().push(Moment { at: self.door.opened.elapsed(), change });
        Ok(())
    }

    fn moments(&self) -> MutexGuard<'_, Vec<Moment>> {
        self.moments.lock().expect("nobody panics there")
    }
}
