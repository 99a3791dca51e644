//! A server on a port of its own, and a client that writes bytes and reads bytes.
//!
//! It may not know slips.

use axum::{Router, http};
use std::net::SocketAddr;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

/// A server that runs as long as the test does.
#[derive(Clone, Copy)]
pub(crate) struct Server(pub(crate) SocketAddr);

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    fields: Vec<(String, String)>,
    pub(crate) body: String,
}

pub(crate) async fn serve(app: Router) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    Server(address)
}

impl Server {
    /// Sends a request with these lines of header, and no others but `Host` and `Connection`.
    pub(crate) async fn send<L: AsRef<[u8]>>(&self, method: &str, path: &str, lines: &[L]) -> Answer {
        let mut request =
            format!("{method} {path} HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\n").into_bytes();
        for line in lines {
            request.extend_from_slice(line.as_ref());
            request.extend_from_slice(b"\r\n");
        }
        if method != "GET" {
            request.extend_from_slice(b"Content-Length: 0\r\n");
        }
        request.extend_from_slice(b"\r\n");
        let mut stream = TcpStream::connect(self.0).await.unwrap();
        stream.write_all(&request).await.unwrap();
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).await.unwrap();
        Answer::read(&bytes)
    }

    /// Asks for a page with these cookies; none if they are empty.
    pub(crate) async fn get(&self, path: &str, cookies: impl AsRef<[u8]>) -> Answer {
        let line = [b"Cookie: ", cookies.as_ref()].concat();
        if cookies.as_ref().is_empty() {
            self.send::<&str>("GET", path, &[]).await
        } else {
            self.send("GET", path, &[line]).await
        }
    }
}

/// The status of an answer over HTTP/2, and its body.
pub(crate) async fn over_http_2(server: Server, request: http::request::Builder) -> (u16, String) {
    let stream = TcpStream::connect(server.0).await.unwrap();
    let (mut client, connection) = h2::client::handshake(stream).await.unwrap();
    tokio::spawn(connection);
    let (answer, _) = client.send_request(request.body(()).unwrap(), true).unwrap();
    let (head, mut body) = answer.await.unwrap().into_parts();
    let mut text = Vec::new();
    while let Some(part) = body.data().await {
        text.extend_from_slice(&part.unwrap());
    }
    (head.status.as_u16(), String::from_utf8(text).unwrap())
}

impl Answer {
    fn read(bytes: &[u8]) -> Self {
        let text = String::from_utf8(bytes.to_vec()).expect("our server answers in ASCII");
        let (head, body) = text.split_once("\r\n\r\n").expect("a whole header");
        let mut lines = head.split("\r\n");
        let status = lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|code| code.parse().ok());
        let field =
            |line: &str| line.split_once(": ").map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()));
        let fields = lines.map(|line| field(line).expect("a field")).collect();
        Self { status: status.expect("a status"), fields, body: body.to_owned() }
    }

    /// All values of a field, in their order.
    pub(crate) fn all(&self, name: &str) -> Vec<&str> {
        self.fields.iter().filter(|(found, _)| found == name).map(|(_, value)| value.as_str()).collect()
    }

    /// All values of a field in one line.
    pub(crate) fn field(&self, name: &str) -> String {
        self.all(name).join(", ")
    }

    pub(crate) fn set_cookie(&self) -> Vec<&str> {
        self.all("set-cookie")
    }

    /// The names of the cookies that are set or deleted.
    pub(crate) fn named(&self) -> Vec<&str> {
        self.set_cookie().iter().filter_map(|line| line.split('=').next()).collect()
    }
}
