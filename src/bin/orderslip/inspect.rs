//! What stands in a token: its parts without any key, its state with the key and only when asked for.
//!
//! It may not know what a state means: it is printed in CBOR's diagnostic notation (RFC 8949 section 8), or
//! as the JSON that it is.

use crate::{
    args::Inspect,
    failure::Failure,
    input::{Bindings, argument_or_input},
    report::{Report, date, span},
    ring_file,
};
use orderslip::{
    UnixTime,
    hazmat::{self, Claims},
};
use serde_json::{Value, json};

pub(crate) fn inspect(inspect: &Inspect, now: UnixTime) -> Result<Report, Failure> {
    let token = argument_or_input(&inspect.token)?;
    let token = token.trim();
    let shown = hazmat::inspect(token).map_err(|error| Failure::Bad(format!("no token of orderslip: {error:?}")))?;
    let parts: Vec<Value> = shown.parts().iter().map(|(name, bytes)| json!({ "bytes": bytes, "part": name })).collect();
    let total: usize = shown.parts().iter().map(|(_, bytes)| bytes).sum();
    let mut facts = vec![
        ("format", shown.format().into()),
        ("algorithm", format!("{:?}", shown.alg()).into()),
        ("key_id", shown.key_id().into()),
        ("characters", token.len().into()),
        ("bytes", total.into()),
        ("parts", parts.into()),
    ];
    let ring = inspect.ring.as_deref().map(ring_file::read).transpose()?;
    if let Some(ring) = &ring {
        let key = shown.key(ring).map(|key| key.id().to_string());
        facts.push(("key", key.unwrap_or_else(|| "not in the ring".to_owned()).into()));
    }
    let opened = match (&ring, &inspect.purpose) {
        (Some(ring), Some(purpose)) => {
            let bindings = Bindings::of(&inspect.bound);
            let claims = hazmat::reveal(token, ring, &bindings.bound_to(purpose, &inspect.bound.carrier), now)
                .map_err(|error| Failure::Bad(format!("not authentic for this purpose and ring: {error:?}")))?;
            Some(claims)
        }
        _ => None,
    };
    let claims = opened.as_ref().or(shown.claims());
    if claims.is_some() {
        facts.push((
            "authentic",
            if opened.is_some() { "yes" } else { "not verified: anybody can write such a text" }.into(),
        ));
    }
    facts.extend(claims.map(|claims| claim_facts(claims, now)).into_iter().flatten());
    if inspect.reveal {
        let claims =
            claims.ok_or_else(|| Failure::Bad("to see an encrypted state, give --ring and --purpose".to_owned()))?;
        facts.push(("state", state_text(claims).into()));
    }
    Ok(Report { facts, ..Report::default() })
}

fn state_text(claims: &Claims) -> String {
    match claims.is_json() {
        true => String::from_utf8_lossy(claims.state()).into_owned(),
        false => minicbor::display(claims.state()).to_string(),
    }
}

fn claim_facts(claims: &Claims, now: UnixTime) -> Vec<(&'static str, Value)> {
    let life = if claims.expires_at() > now {
        format!("{} left", span(claims.expires_at().since(now)))
    } else {
        format!("over for {}", span(now.since(claims.expires_at())))
    };
    vec![
        ("slip_id", claims.id().to_string().into()),
        ("state_version", claims.version().into()),
        ("state_bytes", claims.state().len().into()),
        ("began_at", date(claims.began_at()).into()),
        ("sealed_at", date(claims.sealed_at()).into()),
        ("expires_at", date(claims.expires_at()).into()),
        ("ends_at", date(claims.ends_at()).into()),
        ("life", life.into()),
    ]
}
