//! Serves an example: to you, with `-- --serve`, and else to the visitor that it brings along.
//!
//! It may not know what is served. An application calls `axum::serve` itself.

#[path = "browser.rs"]
mod browser;

pub(crate) use browser::{Fault, Visitor};

use axum::Router;
use std::net::{Ipv4Addr, SocketAddr};
use tokio::net::TcpListener;

/// Where a browser finds it, with `--serve`.
const PORT: u16 = 8080;

/// With `--serve` it goes on until the process is stopped.
pub(crate) async fn serve(app: Router) -> Result<SocketAddr, Fault> {
    let is_for_you = std::env::args().any(|argument| argument == "--serve");
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, if is_for_you { PORT } else { 0 })).await?;
    let at = listener.local_addr()?;
    let server = async { axum::serve(listener, app).await };
    if is_for_you {
        println!("http://localhost:{PORT}/");
        server.await?;
    } else {
        tokio::spawn(server);
    }
    Ok(at)
}
