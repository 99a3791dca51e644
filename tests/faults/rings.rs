//! The file of the keys is written in place and in pieces, emptied, filled with something else, and taken away, while visitors shop; and in the end
//! there is a new key in it.
//!
//! It may not know keys but as the file has them. The shop goes on with the ring that it has until there is a whole one.

use crate::{
    Fault, Length, must,
    shop::{Shop, With},
    table::Row,
    visitor::Visitor,
};
use orderslip::{Keyring, UnixTime, hazmat};
use serde_json::{Value, json};
use std::{fs, path::Path, time::Duration};
use tempfile::TempDir;

/// Longer than two looks of the shop at the file, so that each state of it is seen. Where a machine is slower than that, fewer are.
const A_LOOK: Duration = Duration::from_millis(4_500);

pub(crate) async fn rehearse(length: Length) -> Result<Vec<Row>, Fault> {
    let folder = TempDir::with_prefix("orderslip-ring-")?;
    let file = folder.path().join("ring.json");
    Keyring::generate()?.to_file(&file)?;
    let shop = Shop::open(With { keys: Some(&file), ..With::default() }).await?;
    let mut visitor = Visitor::of(&shop)?;
    visitor.enter().await?;
    visitor.log_in().await?;
    let mut row = Row { fault: "the key file swapped mid-write".to_owned(), ..Row::default() };
    let mut written = 0;
    for _ in 0..length.of(1, 6) {
        let old = fs::read_to_string(&file)?;
        let new = with_another_key(&old)?;
        let (half, most) = (new.split_at(new.len() / 2).0, new.split_at(new.len() - 3).0);
        for text in [Some(half), Some(most), Some(""), Some("{\"keys\":[]}"), Some("soup of the day"), None, Some(&new)]
        {
            swap(&file, text)?;
            row.times += 1;
            let until = tokio::time::Instant::now() + A_LOOK;
            while tokio::time::Instant::now() < until {
                shops(&mut visitor, &mut written).await?;
                // So that the cart does not fill up before the last ring.
                tokio::time::sleep(Duration::from_millis(300)).await;
            }
        }
        let user = visitor.get_until_there("/cart").await?.user();
        must(user.is_some(), || "nobody is logged in any more".to_owned())?;
        // The new key seals as soon as it has been seen twice; the next round is somebody else's.
        loop {
            row.requests += visitor.requests;
            row.refused += visitor.refused;
            visitor = Visitor::of(&shop)?;
            visitor.enter().await?;
            visitor.log_in().await?;
            if sealing_key(&visitor, &new)? == newest(&new)? {
                break;
            }
        }
        written = 0;
    }
    row.panics = shop.panics();
    row.seen = "nobody noticed; each whole ring was taken, and its key sealed".to_owned();
    Ok(vec![row.checked()?])
}

/// A cup now and then, and a look each time.
async fn shops(visitor: &mut Visitor, written: &mut u64) -> Result<(), Fault> {
    if *written < 40 {
        visitor.add(1).await?;
        *written += 1;
    }
    let page = visitor.get("/cart").await?.ok_or("no answer")?;
    let (cups, user) = (page.cups(), page.user());
    must(cups == Some(*written) && user.is_some(), || format!("{cups:?} cups of {written}, {user:?}, {}", page.status))
}

/// As a careless program does it: in place.
fn swap(file: &Path, text: Option<&str>) -> Result<(), Fault> {
    match text {
        Some(text) => Ok(fs::write(file, text)?),
        None => Ok(fs::remove_file(file)?),
    }
}

/// The same set with one more key for slips, which seals from now on.
fn with_another_key(ring: &str) -> Result<String, Fault> {
    let mut set: Value = serde_json::from_str(ring)?;
    let made: Value = serde_json::from_str(Keyring::generate()?.to_jwks().expose())?;
    let mut key = keys(&made)?.iter().find(|key| is_for_slips(key)).ok_or("no key for slips")?.clone();
    *key.get_mut("nbf").unwrap_or(&mut Value::Null) = Value::Null;
    let key = key.as_object_mut().ok_or("a key is an object")?;
    key.insert("nbf".to_owned(), json!(UnixTime::now()?.as_secs()));
    set.get_mut("keys").and_then(Value::as_array_mut).ok_or("no keys")?.push(Value::Object(key.clone()));
    Ok(set.to_string())
}

fn keys(set: &Value) -> Result<&Vec<Value>, Fault> {
    Ok(set.get("keys").and_then(Value::as_array).ok_or("no keys")?)
}

fn is_for_slips(key: &Value) -> bool {
    key.get("alg").and_then(Value::as_str).is_some_and(|alg| alg.contains("HKDF"))
}

fn newest(ring: &str) -> Result<String, Fault> {
    let set: Value = serde_json::from_str(ring)?;
    let last = keys(&set)?.iter().rfind(|key| is_for_slips(key)).and_then(|key| key.get("kid")?.as_str());
    Ok(last.ok_or("no key for slips")?.to_owned())
}

/// The key of the visitor's session.
fn sealing_key(visitor: &Visitor, ring: &str) -> Result<String, Fault> {
    let token = visitor.jar.value("__Host-session", UnixTime::now()?).ok_or("no session")?;
    let id = hazmat::inspect(token)?.key(&Keyring::from_jwks(ring)?).map(|key| key.id().to_string());
    Ok(id.unwrap_or_default())
}
