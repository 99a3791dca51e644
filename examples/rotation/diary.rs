//! The operator's diary, for people: what each act changed in the ring.
//!
//! It may not know why. Keys go by numbers, as their ids are random.

use crate::times::told;
use orderslip::{Key, KeyId, Keyring, UnixTime};

/// One entry, of one line.
pub(crate) fn entry(act: &str, before: &Keyring, after: &Keyring, now: UnixTime) -> String {
    let erased = before.ids().filter(|id| find(after, id).is_none());
    let erased = erased.map(|id| format!("the secret of key {} is erased", number(before, id)));
    let changed = after.ids().filter_map(|id| {
        let change = change(find(before, id), find(after, id)?)?;
        Some(format!("key {} {change}", number(after, id)))
    });
    format!("{}  {act:<6}  {}", told(now), erased.chain(changed).collect::<Vec<_>>().join("; "))
}

fn change(before: Option<&Key>, after: &Key) -> Option<String> {
    match before {
        None => Some(format!("opens at once, and seals from {}", told(after.activates_at()?))),
        Some(before) if before.expires_at().is_none() => Some(format!("opens until {}", told(after.expires_at()?))),
        Some(_) => None,
    }
}

fn find<'a>(ring: &'a Keyring, id: &KeyId) -> Option<&'a Key> {
    ring.get(id.as_str())
}

/// By the order of staging: those that were erased came first.
fn number(ring: &Keyring, id: &KeyId) -> usize {
    ring.retired().count() + ring.ids().take_while(|other| *other != id).count() + 1
}
