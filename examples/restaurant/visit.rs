//! A guest's visit: HTTP requests one after the other, and the cookies that are carried from one to the next.
//!
//! It may not know where state is kept, or who serves. A request that failed is made again: an order is idempotent, and a
//! waiter who died after writing it down is no excuse.

use crate::{
    cookies::Jar,
    guest::{Guest, Wish},
    order::{Bill, Cart},
    tally::{Asked, Outcome, Tally},
};
use axum::{
    body::Bytes,
    http::header::{CONTENT_TYPE, COOKIE},
};
use reqwest::{Client, Method, RequestBuilder};
use std::{net::SocketAddr, time::Instant};

/// How often a guest asks before giving up.
const ATTEMPTS: u32 = 8;

/// How to get in.
#[derive(Clone)]
pub(crate) struct Door {
    pub(crate) client: Client,
    pub(crate) address: SocketAddr,
    /// When the evening began.
    pub(crate) opened: Instant,
}

pub(crate) struct Visit {
    pub(crate) guest: Guest,
    pub(crate) tally: Tally,
    /// What was ordered so far.
    ordered: Cart,
    jar: Jar,
    door: Door,
}

impl Visit {
    pub(crate) fn new(guest: Guest, door: Door) -> Self {
        Self { guest, tally: Tally::default(), ordered: Cart::default(), jar: Jar::default(), door }
    }

    /// Comes in and gives a name.
    pub(crate) async fn enter(&mut self) {
        let request = self.request(Method::POST, "/welcome").body(self.guest.name.clone());
        self.ask(request, |_, _| true).await;
    }

    pub(crate) async fn order(&mut self, wish: Wish) {
        self.ordered.set(wish.dish, wish.quantity);
        let request = self.request(Method::PUT, &format!("/cart/{}", wish.dish));
        let request = request.header(CONTENT_TYPE, "application/json").body(wish.quantity.to_string());
        self.ask(request, Self::is_all_there).await;
    }

    /// Asks for the bill: is it all there, and for the right guest?
    pub(crate) async fn finds_all_intact(&mut self) -> bool {
        let request = self.request(Method::GET, "/cart");
        self.ask(request, Self::is_all_there).await
    }

    fn is_all_there(&self, answer: &[u8]) -> bool {
        let bill: Option<Bill> = serde_json::from_slice(answer).ok();
        bill.is_some_and(|bill| bill.guest.as_ref() == Some(&self.guest.name) && bill.cart == self.ordered)
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.door.client.request(method, format!("http://{}{path}", self.door.address));
        match self.jar.header() {
            Some(cookies) => request.header(COOKIE, cookies),
            None => request,
        }
    }

    /// Makes a request until it is answered, or so often. Whether the answer is as it should be.
    async fn ask(&mut self, request: RequestBuilder, is_right: impl FnOnce(&Self, &[u8]) -> bool) -> bool {
        let begun = Instant::now();
        self.tally.carried(self.jar.bytes());
        let (mut answer, mut again) = (None, false);
        for attempt in 0..ATTEMPTS {
            again = attempt > 0;
            self.tally.retried += usize::from(again);
            answer = self.once(request.try_clone().expect("a body of bytes can be sent again")).await;
            if answer.is_some() {
                break;
            }
        }
        let outcome = match answer {
            None => Outcome::Failed,
            Some(answer) if !is_right(self, &answer) => Outcome::Lost,
            Some(_) if again => Outcome::GoodAtLast,
            Some(_) => Outcome::Good,
        };
        self.tally.asked.push(Asked { at: self.door.opened.elapsed(), took: begun.elapsed(), outcome });
        matches!(outcome, Outcome::Good | Outcome::GoodAtLast)
    }

    async fn once(&mut self, request: RequestBuilder) -> Option<Bytes> {
        let answer = request.send().await.ok()?.error_for_status().ok()?;
        self.jar.keep_from(answer.headers());
        answer.bytes().await.ok()
    }
}
