//! The example `social` as its visitors see it: real processes over real sockets, and a database of each kind.
//!
//! It knows pages, and nothing of the program. No verdict depends on a clock: what has to come round is asked for until it does.
#![cfg(unix)]
#![expect(clippy::panic, clippy::unwrap_used, reason = "a failing test should stop where it fails")]

#[path = "../kit/mod.rs"]
mod kit;

mod evening;
mod house;
mod visitor;

use house::House;
use kit::engines::Postgres;

/// What may go wrong on the way to a verdict.
type Fault = Box<dyn std::error::Error + Send + Sync>;

/// One scenario over SQLite, which is always there.
async fn over_sqlite(scenario: impl AsyncFn(&House) -> Result<(), Fault>) {
    let house = House::over_sqlite().await.unwrap();
    if let Err(fault) = scenario(&house).await {
        panic!("{fault}");
    }
}

#[tokio::test]
async fn a_login_is_good_at_every_process() {
    over_sqlite(evening::from_any_process).await;
}

#[tokio::test]
async fn t26_a_device_is_ended_from_anothers_list() {
    over_sqlite(evening::one_device).await;
}

#[tokio::test]
async fn t26_logged_out_everywhere_is_everywhere_and_every_copy() {
    over_sqlite(evening::everywhere).await;
}

#[tokio::test]
async fn t26_a_new_password_ends_the_others_and_the_copies_of_this_one() {
    over_sqlite(evening::new_password).await;
}

#[tokio::test]
async fn t26_an_invitation_makes_one_account() {
    over_sqlite(evening::invitations).await;
}

#[tokio::test]
async fn a_process_is_killed_and_nobody_is_logged_out() {
    over_sqlite(evening::a_process_goes).await;
}

/// All of it, and what only a server of its own can do: stop answering.
#[test]
fn t26_over_postgres_it_is_the_same_and_a_stopped_one_logs_nobody_in_or_out() {
    let Some(postgres) = Postgres::start() else { return };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let house = House::open(&["--postgres", &postgres.url()]).await.unwrap();
        let played = async {
            evening::from_any_process(&house).await?;
            evening::one_device(&house).await?;
            evening::everywhere(&house).await?;
            evening::invitations(&house).await?;
            evening::a_process_goes(&house).await?;
            evening::the_database_stops(&house, &postgres).await?;
            evening::new_password(&house).await
        };
        if let Err(fault) = played.await {
            panic!("{fault}");
        }
    });
}
