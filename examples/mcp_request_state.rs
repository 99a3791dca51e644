//! The `requestState` of a stateless Model Context Protocol server: sealed, and of use to one user, for one request, for some minutes, once.
//!
//! Run it with `cargo run --example mcp_request_state`: a tool asks whether it really shall, and any server of the fleet may get the
//! retry. You see what it says to a state of another user, for other arguments, that was changed, that is old, that was used.
//!
//! The specification (2026-07-28, multi round-trip requests) lets a server answer with what it wants to know and with a state that the client echoes.
//! Clients are to be taken for attackers: what decides anything MUST be protected, SHOULD be bound to the user and to the request and
//! end soon, and being used once MUST be enforced by the server.

use orderslip::{
    Error, Keyring, Lifetime, Sealer, SlipState, UnixTime,
    revoke::{MemoryStore, Redeemed, Redeemer, Redemption},
    testing::TestClock,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::time::Duration;

/// What the server must know again when the user has answered. Encrypted: neither the client nor the model reads it.
#[derive(Serialize, Deserialize)]
struct Confirmation {
    rows: u64,
}

impl SlipState for Confirmation {
    const PURPOSE: &'static str = "notes.example/mcp/delete-notes"; // one for each tool: no tool takes another's state
    const VERSION: u16 = 1;
}

#[derive(Deserialize, Serialize)]
struct Arguments {
    folder: String,
}

struct Server {
    states: Sealer<Confirmation>,
    used: Redeemer,
}

impl Server {
    /// `tools/call` of `delete_notes`. The principal is who the access token says, never what the client says.
    async fn call(&self, principal: &str, params: &Value) -> Result<Value, Error> {
        let arguments = params.get("arguments").map(Arguments::deserialize);
        let Some(Ok(arguments)) = arguments else { return Ok(refused("no folder")) };
        // All that must be as it was. It takes no byte of the state; written from our own type, it is spelled in one way alone.
        let request = json!(["tools/call", "delete_notes", &arguments]).to_string();
        let states = self.states.bound(&[principal, &request]);
        let Some(state) = params.get("requestState").and_then(Value::as_str) else {
            let rows = 412; // counted now, and shown: what is deleted is what was agreed to
            let question = format!("Delete {rows} notes of {}?", arguments.folder);
            let ask = json!({ "method": "elicitation/create", "params": { "mode": "form", "message": question, "requestedSchema": {
                "type": "object", "properties": { "sure": { "type": "boolean" } } } } });
            let state = states.seal(&Confirmation { rows })?;
            let result =
                json!({ "resultType": "input_required", "inputRequests": { "sure": ask }, "requestState": state });
            return Ok(json!({ "result": result }));
        };
        let slip = match states.open(state) {
            Ok(slip) => slip,
            Err(error) if error.is_expired() => return Ok(refused("that took too long: ask again")),
            // One answer for whatever is wrong with it. The error says more, for the log.
            Err(error) if error.is_misuse() || error.is_unavailable() => return Err(error),
            Err(_) => return Ok(refused("not a state of this request")),
        };
        if params.pointer("/inputResponses/sure/content/sure") != Some(&json!(true)) {
            return Ok(done("nothing was deleted".into()));
        }
        // Before the deed: so it happens at most once. In a fleet the list is a `RedisStore`, or a table.
        match self.used.redeem(&Redemption::of_slip(&slip)).await? {
            Redeemed::Now => Ok(done(format!("{} notes of {} were deleted", slip.state().rows, arguments.folder))),
            Redeemed::Before(_) => Ok(refused("this was answered before")),
        }
    }
}

fn done(text: String) -> Value {
    json!({ "result": { "resultType": "complete", "content": [{ "type": "text", "text": text }] } })
}

/// Invalid params.
fn refused(message: &str) -> Value {
    json!({ "error": { "code": -32602, "message": message } })
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // Yours: `Keyring::from_file` or `from_env`, the same keys on all servers, and no `clock`.
    let clock = TestClock::new(UnixTime::now()?);
    let minutes = Lifetime::absolute(Duration::from_secs(300));
    let states = Sealer::encrypted(&Keyring::generate()?).lifetime(minutes).clock(clock.clone()).build()?;
    let server = Server { states, used: Redeemer::new(MemoryStore::new(100_000)) };

    let text = |answer: &Value, at| answer.pointer(at).and_then(Value::as_str).map(str::to_owned);
    let first = server.call("ada", &json!({ "arguments": { "folder": "drafts" } })).await?;
    println!("{}", text(&first, "/result/inputRequests/sure/params/message").ok_or("no question")?);
    let state = text(&first, "/result/requestState").ok_or("no state")?;
    println!("and the client carries {} characters", state.len());
    let (head, tail) = state.split_at(state.len() / 2);
    let changed = head.to_owned() + &tail.replacen(|c: char| c.is_ascii_lowercase(), "A", 1);
    for (who, folder, state, wait, expected) in [
        ("eve", "drafts", &state, Duration::ZERO, "not a state of this request"),
        ("ada", "letters", &state, Duration::ZERO, "not a state of this request"),
        ("ada", "drafts", &changed, Duration::ZERO, "not a state of this request"),
        ("ada", "drafts", &state, Duration::ZERO, "412 notes of drafts were deleted"),
        ("ada", "drafts", &state, Duration::ZERO, "this was answered before"),
        ("ada", "drafts", &state, Duration::from_secs(600), "that took too long: ask again"),
    ] {
        clock.advance(wait);
        let sure = json!({ "sure": { "action": "accept", "content": { "sure": true } } });
        let retry = json!({ "arguments": { "folder": folder }, "requestState": state, "inputResponses": sure });
        let answer = server.call(who, &retry).await?;
        let said = text(&answer, "/error/message").or(text(&answer, "/result/content/0/text"));
        println!("{who}, {folder}: {}", said.as_deref().unwrap_or_default());
        if said.as_deref() != Some(expected) {
            return Err(format!("expected: {expected}").into());
        }
    }
    Ok(())
}
