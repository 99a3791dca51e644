//! One evening: guests come and order, a waiter drops out, two new ones begin, and everybody asks for the bill.
//!
//! It may not know where state is kept. What happens midway happens after so many orders, and not after some time.

use crate::{
    Fault,
    architecture::Architecture,
    guest::Guest,
    house::House,
    progress::Progress,
    report::Run,
    staff,
    tally::Tally,
    visit::{Door, Visit},
};
use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};
use tokio::task::JoinSet;

/// How many guests order at a time.
const SEATS: usize = 16;

pub(crate) async fn serve(architecture: Architecture, guests: Vec<Guest>) -> Result<Run, Fault> {
    let client = staff::client()?;
    let house = House::open(architecture, client.clone()).await?;
    let door = Door { client, address: house.door() };
    let (guest_count, order_count) = (guests.len(), guests.iter().map(|guest| guest.wishes.len()).sum::<usize>());
    let progress = Progress::new(architecture.name(), order_count + guest_count);
    let evening = Arc::new(Evening {
        guests: Mutex::new(guests),
        door,
        house: tokio::sync::Mutex::new(house),
        orders: AtomicUsize::new(0),
        lose_a_waiter_at: order_count / 2,
        hire_two_at: order_count * 3 / 4,
        progress,
    });

    let visits = everybody_orders(&evening).await?;
    let mut carts_intact = 0;
    let mut tally = Tally::default();
    for (done, mut visit) in visits.into_iter().enumerate() {
        carts_intact += usize::from(visit.finds_all_intact().await?);
        tally.add(visit.tally);
        evening.progress.show(order_count + done + 1);
    }
    let house = Arc::into_inner(evening).ok_or("a guest stays behind")?.house.into_inner();
    let server_state_bytes = house.close().await?;
    Ok(Run {
        architecture,
        guests: guest_count,
        carts_intact,
        carts_lost: guest_count - carts_intact,
        requests_failed: tally.failed,
        requests_retried: tally.retried,
        p50_us: tally.percentile_us(50),
        p99_us: tally.percentile_us(99),
        cookie_bytes_max: tally.cookie_bytes_max,
        server_state_bytes,
    })
}

struct Evening {
    /// Who still waits outside.
    guests: Mutex<Vec<Guest>>,
    door: Door,
    house: tokio::sync::Mutex<House>,
    /// How many orders were placed so far.
    orders: AtomicUsize,
    lose_a_waiter_at: usize,
    hire_two_at: usize,
    progress: Progress,
}

/// All guests, some at a time, each with one request after the other. They stay until the bill.
async fn everybody_orders(evening: &Arc<Evening>) -> Result<Vec<Visit>, Fault> {
    let mut seats = JoinSet::new();
    for _ in 0..SEATS {
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

impl Evening {
    fn next_guest(&self) -> Option<Guest> {
        self.guests.lock().expect("nobody panics at the door").pop()
    }

    /// One more order was placed: does anything happen now?
    async fn goes_on(&self) -> Result<(), Fault> {
        let orders = self.orders.fetch_add(1, Ordering::Relaxed) + 1;
        self.progress.show(orders);
        if orders == self.lose_a_waiter_at {
            self.house.lock().await.lose_a_waiter().await?;
        }
        if orders == self.hire_two_at {
            let mut house = self.house.lock().await;
            house.hire_a_waiter().await?;
            house.hire_a_waiter().await?;
        }
        Ok(())
    }
}
