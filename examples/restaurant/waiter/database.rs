//! A waiter who writes everything into one book that all share: a database, of which the guest carries the session id.
//!
//! It may not know other waiters. They meet in the database.

use super::{SESSION, meter, new_session_id};
use crate::{
    Fault,
    cookies::{self, SetCookies},
    order::{Bill, Cart},
};
use axum::{
    Json, Router,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    routing::{get, post, put},
};
use rusqlite::{Connection, OptionalExtension as _, Transaction, TransactionBehavior, params};
use std::{
    path::Path as FilePath,
    sync::{Arc, Mutex},
    time::Duration,
};

/// The environment variable with the path of the database.
pub(crate) const DATABASE: &str = "RESTAURANT_DATABASE";

/// Makes the tables, before any waiter comes.
pub(crate) fn prepare_database(path: &FilePath) -> Result<(), Fault> {
    Ok(open(path)?.execute_batch(
        "PRAGMA journal_mode = WAL;
         CREATE TABLE IF NOT EXISTS sessions (id TEXT PRIMARY KEY, guest TEXT) WITHOUT ROWID;
         CREATE TABLE IF NOT EXISTS lines (
             session TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
             dish TEXT NOT NULL,
             quantity INTEGER NOT NULL,
             PRIMARY KEY (session, dish)
         ) WITHOUT ROWID;",
    )?)
}

/// How large the database is, when all waiters have gone.
pub(crate) fn database_bytes(path: &FilePath) -> Result<u64, Fault> {
    let last = open(path)?;
    // Folds the write-ahead log into the database, so that one file holds it all.
    last.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    Ok(std::fs::metadata(path)?.len())
}

fn open(path: &FilePath) -> rusqlite::Result<Connection> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(Duration::from_secs(10))?;
    // In WAL mode a commit survives the death of the process; only that of the whole machine may take the last ones along.
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    Ok(connection)
}

pub(super) fn routes(number: u32) -> Result<Router, Fault> {
    let path = std::env::var_os(DATABASE).ok_or("no database is set")?;
    let book = Book { number, connection: Mutex::new(open(FilePath::new(&path))?) };
    Ok(Router::new()
        .route("/welcome", post(welcome))
        .route("/cart/{dish}", put(order))
        .route("/cart", get(show))
        .with_state(Arc::new(book)))
}

struct Book {
    number: u32,
    connection: Mutex<Connection>,
}

impl Book {
    /// Runs `work` in one transaction, committed before anybody hears of it, on a thread that may wait for the disk.
    async fn transact<T: Send + 'static>(
        self: Arc<Self>,
        behavior: TransactionBehavior,
        work: impl FnOnce(&Transaction<'_>, u32) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StatusCode> {
        let transaction = move || {
            let mut connection = self.connection.lock().expect("nobody panics in a transaction");
            let transaction = connection.transaction_with_behavior(behavior)?;
            let done = work(&transaction, self.number)?;
            transaction.commit()?;
            Ok(done)
        };
        let done =
            meter::store(tokio::task::spawn_blocking(transaction)).await.expect("nobody panics in a transaction");
        done.map_err(|error: rusqlite::Error| {
            eprintln!("waiter: {error}");
            StatusCode::SERVICE_UNAVAILABLE
        })
    }
}

async fn welcome(State(book): State<Arc<Book>>, guest: String) -> Result<SetCookies, StatusCode> {
    let begun = book.transact(TransactionBehavior::Immediate, move |book, waiter| begin(book, waiter, Some(&guest)));
    begun.await.map(|id| cookies::set([Some(cookies::line(SESSION, &id))]))
}

async fn order(
    State(book): State<Arc<Book>>,
    Path(dish): Path<String>,
    headers: HeaderMap,
    Json(quantity): Json<u32>,
) -> Result<(SetCookies, Json<Bill>), StatusCode> {
    let told = session_id(&headers);
    // Immediate, because a transaction that reads first and writes later may find the book changed in between.
    book.transact(TransactionBehavior::Immediate, move |book, waiter| {
        let is_known = guest_of(book, &told)?.is_some();
        let id = if is_known { told } else { begin(book, waiter, None)? };
        set_line(book, &id, &dish, quantity)?;
        let cookies = cookies::set([(!is_known).then(|| cookies::line(SESSION, &id))]);
        Ok((cookies, Json(bill_of(book, &id)?)))
    })
    .await
}

async fn show(State(book): State<Arc<Book>>, headers: HeaderMap) -> Result<Json<Bill>, StatusCode> {
    let id = session_id(&headers);
    let bill = book.transact(TransactionBehavior::Deferred, move |book, _| bill_of(book, &id));
    bill.await.map(Json)
}

fn bill_of(book: &Transaction<'_>, session: &str) -> rusqlite::Result<Bill> {
    Ok(Bill { guest: guest_of(book, session)?.flatten(), cart: cart_of(book, session)? })
}

fn session_id(headers: &HeaderMap) -> String {
    cookies::find(headers, SESSION).unwrap_or_default().to_owned()
}

fn begin(book: &Transaction<'_>, waiter: u32, guest: Option<&str>) -> rusqlite::Result<String> {
    let id = new_session_id(waiter);
    book.prepare_cached("INSERT INTO sessions (id, guest) VALUES (?1, ?2)")?.execute(params![id, guest])?;
    Ok(id)
}

/// `None` if there is no such session, `Some(None)` if it is a stranger's.
fn guest_of(book: &Transaction<'_>, session: &str) -> rusqlite::Result<Option<Option<String>>> {
    let mut query = book.prepare_cached("SELECT guest FROM sessions WHERE id = ?1")?;
    query.query_row([session], |row| row.get(0)).optional()
}

fn set_line(book: &Transaction<'_>, session: &str, dish: &str, quantity: u32) -> rusqlite::Result<()> {
    if quantity == 0 {
        book.prepare_cached("DELETE FROM lines WHERE session = ?1 AND dish = ?2")?.execute([session, dish])?;
    } else {
        let upsert = "INSERT INTO lines (session, dish, quantity) VALUES (?1, ?2, ?3)
                      ON CONFLICT (session, dish) DO UPDATE SET quantity = excluded.quantity";
        book.prepare_cached(upsert)?.execute(params![session, dish, quantity])?;
    }
    Ok(())
}

fn cart_of(book: &Transaction<'_>, session: &str) -> rusqlite::Result<Cart> {
    let mut cart = Cart::default();
    let mut query = book.prepare_cached("SELECT dish, quantity FROM lines WHERE session = ?1")?;
    let mut rows = query.query([session])?;
    while let Some(row) = rows.next()? {
        cart.set(&row.get::<_, String>(0)?, row.get(1)?);
    }
    Ok(cart)
}
