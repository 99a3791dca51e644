//! What changes a ring: making one, and each step of a rotation.
//!
//! It may not know what is safe: the library says it, and these only repeat it, unless there is an emergency.

use crate::{
    args::{self, Allow, New, Policy, Promote, Retire, Revoke, Stage},
    failure::Failure,
    report::{Found, Report, Row, span},
    ring_file::Lock,
    uses::Use,
};
use clap::ValueEnum as _;
use orderslip::{Error, ErrorKind, Key, KeyId, Keyring, RotationPolicy, UnixTime};
use std::time::Duration;

/// Under which nothing logs anybody out, because nobody is promised anything.
const NO_PROMISE: RotationPolicy = RotationPolicy { propagation: Duration::ZERO, longest_life: Duration::ZERO };

pub(crate) fn new(new: &New, now: UnixTime) -> Result<Report, Failure> {
    let lock = Lock::new(&new.ring.path)?;
    if lock.exists() {
        return Err(Failure::Bad(format!("{} is there already", new.ring.path.display())));
    }
    let uses = if new.uses.is_empty() { &Use::USUAL[..] } else { &new.uses };
    let keys = uses.iter().map(|found| Key::generate(found.alg())).collect::<Result<_, Error>>()?;
    let policy = RotationPolicy { propagation: new.propagation, longest_life: new.longest_life };
    let ring = Keyring::new(keys)?.with_policy(policy);
    lock.write(&ring)?;
    let mut report = told("made", &ring, |_| true, now);
    report.facts = policy_facts(&policy);
    Ok(report)
}

pub(crate) fn policy(change: &Policy, now: UnixTime) -> Result<Report, Failure> {
    let Allow { propagation, longest_life } = change.allow;
    let lock = Lock::new(&change.ring.path)?;
    let ring = lock.read()?;
    let policy = policy_of(&change.allow, &ring)?;
    let mut report = Report { facts: policy_facts(&policy), ..Report::default() };
    if propagation.or(longest_life).is_some() {
        lock.write(&ring.with_policy(policy))?;
        report.done = Some("set".to_owned());
    }
    report.findings = ring.check(&policy, now).iter().map(Found::of).collect();
    Ok(report)
}

pub(crate) fn stage(stage: &Stage, now: UnixTime) -> Result<Report, Failure> {
    let lock = Lock::new(&stage.ring.path)?;
    let old = lock.read()?;
    let policy = policy_of(&stage.allow, &old)?;
    let activates_at = stage.when.time(now, policy.propagation);
    let uses = if stage.uses.is_empty() { uses_of(&old, now) } else { stage.uses.clone() };
    let mut ring = old.clone();
    for found in &uses {
        ring = attempt(stage.emergency.reason.as_deref(), &policy, |policy| {
            ring.stage(Key::generate(found.alg())?, activates_at, policy, now)
        })?;
    }
    if !stage.keep_previous {
        ring = with_ends(ring, &uses, &policy, now);
    }
    finish(&lock, &old, &ring, "staged", &policy, stage.emergency.reason.as_deref(), now)
}

pub(crate) fn promote(promote: &Promote, now: UnixTime) -> Result<Report, Failure> {
    let lock = Lock::new(&promote.key.ring.path)?;
    let old = lock.read()?;
    let policy = policy_of(&promote.allow, &old)?;
    let id = id_of(&old, &promote.key, now)?;
    let activates_at = promote.when.time(now, Duration::ZERO);
    let reason = promote.emergency.reason.as_deref();
    let ring = attempt(reason, &policy, |policy| old.promote(&id, activates_at, policy, now))?;
    let uses: Vec<Use> = old.get(&id).and_then(|key| Use::of(key.alg())).into_iter().collect();
    let ring = with_ends(ring, &uses, &policy, now);
    finish(&lock, &old, &ring, "promoted", &policy, reason, now)
}

pub(crate) fn retire(retire: &Retire, now: UnixTime) -> Result<Report, Failure> {
    let lock = Lock::new(&retire.key.ring.path)?;
    let old = lock.read()?;
    let policy = policy_of(&retire.allow, &old)?;
    let id = id_of(&old, &retire.key, now)?;
    let ring = attempt(None, &policy, |policy| old.retire(&id, policy, now))?;
    finish(&lock, &old, &ring, "retired", &policy, None, now)
}

pub(crate) fn revoke(revoke: &Revoke, now: UnixTime) -> Result<Report, Failure> {
    let lock = Lock::new(&revoke.key.ring.path)?;
    let old = lock.read()?;
    let id = id_of(&old, &revoke.key, now)?;
    let reason = revoke.reason.as_deref().or(revoke.emergency.as_deref()).unwrap_or_default();
    let ring = old.revoke(&id, reason, now)?;
    let alg = old.get(&id).map(Key::alg);
    let is_last = alg.is_some_and(|alg| old.sealing_id(alg, now).is_some() && ring.sealing_id(alg, now).is_none());
    if is_last && revoke.emergency.is_none() {
        let why =
            "nothing would seal after it: stage its successor first, to seal at once (--in 0s --emergency REASON)";
        return Err(Failure::Refused(format!("key {id}: {why}")));
    }
    let policy = old.policy().copied().unwrap_or(NO_PROMISE);
    finish(&lock, &old, &ring, "revoked", &policy, revoke.emergency.as_deref(), now)
}

pub(crate) fn prune(prune: &args::Ring, now: UnixTime) -> Result<Report, Failure> {
    let lock = Lock::new(&prune.path)?;
    let old = lock.read()?;
    let ring = old.prune(now)?;
    lock.write(&ring)?;
    let erased = ring.retired().filter(|(id, _)| old.get(id.as_str()).is_some());
    let keys: Vec<Row> = erased.map(|(id, end)| Row::erased(id.as_str(), end)).collect();
    let done = if keys.is_empty() { "nothing was over" } else { "erased" };
    Ok(Report { done: Some(done.to_owned()), keys, ..Report::default() })
}

/// The ring in which every key of these uses that has a successor has an end, too.
fn with_ends(mut ring: Keyring, uses: &[Use], policy: &RotationPolicy, now: UnixTime) -> Keyring {
    for id in ring.clone().ids().map(KeyId::as_str) {
        let is_meant = |key: &Key| Use::of(key.alg()).is_some_and(|found| uses.iter().any(|one| one.follows(found)));
        let endless = |key: &Key| key.can_seal() && key.expires_at().is_none() && key.revoked_at().is_none();
        if !ring.get(id).is_some_and(|key| is_meant(key) && endless(key)) {
            continue;
        }
        // The last of its use has no successor, and goes on.
        if let Ok(retired) = ring.retire(id, policy, now) {
            ring = retired;
        }
    }
    ring
}

/// What the schedule must allow for: said here, or by the ring.
pub(crate) fn policy_of(allow: &Allow, ring: &Keyring) -> Result<RotationPolicy, Failure> {
    allow.policy(ring.policy()).ok_or_else(|| {
        Failure::Bad(
            "the ring says no policy: give --propagation and --longest-life, or set them with `keys policy`".to_owned(),
        )
    })
}

/// Asks the library; in an emergency once more, without its promises.
fn attempt(
    emergency: Option<&str>,
    policy: &RotationPolicy,
    change: impl Fn(&RotationPolicy) -> Result<Keyring, Error>,
) -> Result<Keyring, Failure> {
    match (change(policy), emergency) {
        (Err(error), Some(_)) if error.kind() == ErrorKind::BadSchedule => Ok(change(&NO_PROMISE)?),
        (Err(error), None) if error.kind() == ErrorKind::BadSchedule => Err(Failure::Refused(error.to_string())),
        (result, _) => Ok(result?),
    }
}

/// Writes the ring, and says what has changed and what is to be minded from now on.
fn finish(
    lock: &Lock,
    old: &Keyring,
    ring: &Keyring,
    done: &str,
    policy: &RotationPolicy,
    emergency: Option<&str>,
    now: UnixTime,
) -> Result<Report, Failure> {
    lock.write(ring)?;
    let times = |key: &Key| (key.activates_at(), key.expires_at(), key.revoked_at());
    let has_changed = |key: &Key| old.get(key.id().as_str()).map(times) != Some(times(key));
    let mut report = told(done, ring, has_changed, now);
    report.emergency = emergency.map(str::to_owned);
    let known = old.check(policy, now);
    report.findings =
        ring.check(policy, now).iter().filter(|finding| !known.contains(finding)).map(Found::of).collect();
    Ok(report)
}

fn told(done: &str, ring: &Keyring, shown: impl Fn(&Key) -> bool, now: UnixTime) -> Report {
    let keys = ring.keys().filter(|key| shown(key));
    Report { done: Some(done.to_owned()), keys: keys.map(|key| Row::of(key, ring, now)).collect(), ..Report::default() }
}

fn policy_facts(policy: &RotationPolicy) -> Vec<(&'static str, serde_json::Value)> {
    vec![("propagation", span(policy.propagation).into()), ("longest_life", span(policy.longest_life).into())]
}

/// What the ring seals now. Of two algorithms of one use, the one that seals last.
fn uses_of(ring: &Keyring, now: UnixTime) -> Vec<Use> {
    let sealing = |found: Use| ring.sealing_id(found.alg(), now).and_then(|id| ring.get(id.as_str()));
    let since = |found: Use| sealing(found).map(|key| key.activates_at().unwrap_or(UnixTime::from_secs(0)));
    let uses = Use::value_variants().iter().copied().filter(|found| since(*found).is_some());
    let is_older = |found: &Use| match found {
        Use::Encrypted => since(Use::EncryptedChacha20) > since(Use::Encrypted),
        Use::EncryptedChacha20 => since(Use::Encrypted) >= since(Use::EncryptedChacha20),
        _ => false,
    };
    uses.filter(|found| !is_older(found)).collect()
}

/// The one key that is meant: by its place in the succession of a use, or by how its id begins.
fn id_of(ring: &Keyring, key: &args::ChosenKey, now: UnixTime) -> Result<String, Failure> {
    let none = || Failure::Bad(format!("no key of the ring is {:?}", key.id));
    let alg = |name: &str| Use::from_str(name, false).map(Use::alg).map_err(|_| none());
    let mut found: Vec<&str> = match key.id.split_once(':') {
        Some(("sealing", name)) => ring.sealing_id(alg(name)?, now).into_iter().map(KeyId::as_str).collect(),
        Some(("next", name)) => {
            let alg = alg(name)?;
            let waits = |key: &&Key| key.activates_at().is_some_and(|from| from > now) && key.revoked_at().is_none();
            let keys = ring.keys().filter(|key| key.alg() == alg && waits(key));
            keys.min_by_key(|key| key.activates_at()).into_iter().map(|key| key.id().as_str()).collect()
        }
        _ if key.id.is_empty() => Vec::new(),
        _ => ring.ids().map(KeyId::as_str).filter(|id| id.starts_with(&key.id)).collect(),
    };
    match (ring.get(&key.id), found.pop()) {
        (Some(exact), _) => Ok(exact.id().to_string()),
        (None, Some(id)) if found.is_empty() => Ok(id.to_owned()),
        (None, Some(_)) => Err(Failure::Bad(format!("several keys of the ring begin with {:?}", key.id))),
        (None, None) => Err(none()),
    }
}
