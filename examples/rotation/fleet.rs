//! The fleet: the servers' processes, and requests to them.
//!
//! It may not know guests, nor how keys are rotated.

use crate::{
    Fault,
    cart::{Order, Refusal, Served},
    options::SERVER,
    post::Post,
    server::{LOOK, ORDER, RING},
    staff::{self, Employee},
};
use axum::{
    body::Bytes,
    http::{StatusCode, header::CONTENT_TYPE},
};
use reqwest::Client;
use std::{path::PathBuf, time::Duration};

/// How long a server may take to answer, however busy the machine is.
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) struct Fleet {
    /// In the order of their posts. `None` where a process was killed.
    servers: Vec<Option<Employee>>,
    posts: Vec<Post>,
    ring: PathBuf,
    client: Client,
}

impl Fleet {
    pub(crate) async fn start(posts: &[Post], ring: PathBuf) -> Result<Self, Fault> {
        let mut fleet = Self { servers: Vec::new(), posts: posts.to_vec(), ring, client: staff::client(PATIENCE)? };
        for post in posts {
            let server = fleet.hire(post).await?;
            fleet.servers.push(Some(server));
        }
        Ok(fleet)
    }

    async fn hire(&self, post: &Post) -> Result<Employee, Fault> {
        Employee::hire(&[SERVER, &post.clock_error.to_string()], Some((RING, self.ring.as_os_str()))).await
    }

    /// Kills a server's process, without a warning.
    pub(crate) async fn lose(&mut self, server: usize) -> Result<(), Fault> {
        match self.servers.get_mut(server).and_then(Option::take) {
            Some(lost) => lost.kill().await,
            None => Err("a server that is not there".into()),
        }
    }

    /// Starts a new process where one was killed. It loads the ring's file as it is now.
    pub(crate) async fn replace(&mut self, server: usize) -> Result<(), Fault> {
        let post = *self.posts.get(server).ok_or("a server without a post")?;
        let new = self.hire(&post).await?;
        *self.servers.get_mut(server).ok_or("a server without a place")? = Some(new);
        Ok(())
    }

    /// Tells a server to look at the ring's file, if it is there.
    pub(crate) async fn look(&self, server: usize) -> Result<(), Fault> {
        match self.servers.get(server) {
            Some(Some(server)) => self.ask(server, LOOK, Vec::new()).await.map(drop),
            _ => Ok(()),
        }
    }

    /// Takes an order to a server, or to the next one if that is not there.
    pub(crate) async fn order(&self, server: usize, order: &Order) -> Result<Result<Served, Refusal>, Fault> {
        let there = self.servers.iter().cycle().skip(server).take(self.servers.len()).flatten().next();
        let (status, answer) = self.ask(there.ok_or("no server is there")?, ORDER, serde_json::to_vec(order)?).await?;
        Ok(match status {
            StatusCode::OK => Ok(serde_json::from_slice(&answer)?),
            _ => Err(serde_json::from_slice(&answer)?),
        })
    }

    /// The answer, unless it is that something is wrong with the server itself.
    async fn ask(&self, server: &Employee, path: &str, body: Vec<u8>) -> Result<(StatusCode, Bytes), Fault> {
        let request = self.client.post(format!("http://{}{path}", server.address));
        let answer = request.header(CONTENT_TYPE, "application/json").body(body).send().await?;
        let (status, answer) = (answer.status(), answer.bytes().await?);
        match status {
            StatusCode::INTERNAL_SERVER_ERROR => Err(String::from_utf8_lossy(&answer).into_owned().into()),
            _ => Ok((status, answer)),
        }
    }
}
