//! The Rust side of tests/interop_jose.rs. The protocol is that of jose_peer.py.

use rust_peer::{Josekit, Jsonwebtoken, Peer, Request};
use serde_json::{Value, json};

fn answer(request: &Value) -> Result<Value, String> {
    if request["do"] == "peers" {
        return Ok(json!({ "peers": { "josekit": env!("JOSEKIT"), "jsonwebtoken": env!("JSONWEBTOKEN") } }));
    }
    let peer: &dyn Peer = if request["peer"] == "josekit" { &Josekit } else { &Jsonwebtoken };
    let asked = Request::of(request);
    match request["do"].as_str().unwrap_or_default() {
        "read" => {
            let (header, payload) = peer.read(&asked, request["token"].as_str().unwrap_or_default())?;
            let payload = String::from_utf8(payload).map_err(|error| error.to_string())?;
            Ok(json!({ "header": header, "payload": payload }))
        }
        "write" => {
            let header = request["header"].as_array().into_iter().flatten();
            let header =
                header.map(|pair| (pair[0].as_str().unwrap_or_default().to_owned(), pair[1].clone())).collect();
            let payload = request["payload"].as_str().unwrap_or_default();
            Ok(json!({ "token": peer.write(&asked, &header, payload.as_bytes())? }))
        }
        "take up" => {
            let (thumbprint, jwk) = peer.take_up(&asked)?;
            Ok(json!({ "thumbprint": thumbprint, "jwk": jwk }))
        }
        _ => Ok(json!({ "jwk": peer.make(&asked)? })),
    }
}

fn main() {
    let requests: Vec<Value> = serde_json::from_reader(std::io::stdin()).expect("a list of requests");
    let answers: Vec<Value> =
        requests.iter().map(|request| answer(request).unwrap_or_else(|error| json!({ "error": error }))).collect();
    serde_json::to_writer(std::io::stdout(), &answers).expect("an open pipe");
}
