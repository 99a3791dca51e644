//! What the front door of the examples promises: a guest is not left waiting for a waiter who takes the request and says nothing.
//!
//! It knows the door alone, not the examples behind which it stands. How long a wait is decides nothing: nobody ever answers.

#![expect(clippy::unwrap_used, reason = "a failing test should stop where it fails")]

#[path = "../examples/restaurant/front_door.rs"]
#[allow(dead_code, reason = "the examples use the rest")]
mod front_door;
#[path = "../examples/restaurant/staff.rs"]
#[allow(dead_code, reason = "the examples use the rest")]
mod staff;

use front_door::FrontDoor;
use std::{net::Ipv4Addr, time::Duration};
use tokio::net::TcpListener;

type Fault = Box<dyn std::error::Error + Send + Sync>;

/// As a process that hangs, or whose connection has swallowed the request: it accepts, and that is all.
async fn nobody_answers() -> TcpListener {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap()
}

#[tokio::test]
async fn who_never_answers_counts_as_gone() -> Result<(), Fault> {
    let door = FrontDoor::with_patience(|_| None, Duration::from_millis(50))?;
    let (first, second) = (nobody_answers().await, nobody_answers().await);
    door.announce(1, first.local_addr()?);
    let outside = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let url = format!("http://{}/cart", outside.local_addr()?);
    let routes = door.routes();
    tokio::spawn(async move { axum::serve(outside, routes).await });
    let guest = staff::client(Duration::from_secs(60))?;

    // Whether an order that may not be made twice was made, nobody knows.
    assert_eq!(guest.post(&url).send().await?.status(), 502);
    // Nobody is there any more: the one of before was signed off.
    assert_eq!(guest.get(&url).send().await?.status(), 503);
    // What may be made again goes from one to the next until nobody is left.
    door.announce(2, first.local_addr()?);
    door.announce(3, second.local_addr()?);
    assert_eq!(guest.put(&url).send().await?.status(), 503);
    Ok(())
}
