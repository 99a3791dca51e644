//! A guest's visit: HTTP requests one after the other, and the cookies that are carried from one to the next.
//!
//! It may not know where state is kept, or who serves. A request that failed is made again: an order is idempotent, and a
//! waiter who died after writing it down is no excuse.

use crate::{
    Fault,
    cookies::Jar,
    guest::{Guest, Wish},
    order::Bill,
    tally::Tally,
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
}

pub(crate) struct Visit {
    pub(crate) guest: Guest,
    pub(crate) tally: Tally,
    jar: Jar,
    door: Door,
}

impl Visit {
    pub(crate) fn new(guest: Guest, door: Door) -> Self {
        Self { guest, tally: Tally::default(), jar: Jar::default(), door }
    }

    /// Comes in and gives a name.
    pub(crate) async fn enter(&mut self) {
        let request = self.request(Method::POST, "/welcome").body(self.guest.name.clone());
        self.ask(request).await;
    }

    pub(crate) async fn order(&mut self, wish: Wish) {
        let request = self.request(Method::PUT, &format!("/cart/{}", wish.dish));
        let request = request.header(CONTENT_TYPE, "application/json").body(wish.quantity.to_string());
        self.ask(request).await;
    }

    /// Asks for the bill: is it all there, and for the right guest?
    pub(crate) async fn finds_all_intact(&mut self) -> Result<bool, Fault> {
        let request = self.request(Method::GET, "/cart");
        let Some(answer) = self.ask(request).await else { return Ok(false) };
        let bill: Bill = serde_json::from_slice(&answer)?;
        Ok(bill == Bill { guest: Some(self.guest.name.clone()), cart: self.guest.intended.clone() })
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.door.client.request(method, format!("http://{}{path}", self.door.address));
        match self.jar.header() {
            Some(cookies) => request.header(COOKIE, cookies),
            None => request,
        }
    }

    /// The body of a good answer, or nothing after so many bad ones.
    async fn ask(&mut self, request: RequestBuilder) -> Option<Bytes> {
        let begun = Instant::now();
        self.tally.carried(self.jar.bytes());
        let mut answer = None;
        for attempt in 0..ATTEMPTS {
            let again = request.try_clone().expect("a body of bytes can be sent again");
            if attempt > 0 {
                self.tally.retried += 1;
            }
            answer = self.once(again).await;
            if answer.is_some() {
                break;
            }
        }
        self.tally.answered(begun.elapsed(), answer.is_some());
        answer
    }

    async fn once(&mut self, request: RequestBuilder) -> Option<Bytes> {
        let answer = request.send().await.ok()?.error_for_status().ok()?;
        self.jar.keep_from(answer.headers());
        answer.bytes().await.ok()
    }
}
