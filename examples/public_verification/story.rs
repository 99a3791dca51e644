//! The story: eight chapters, each of which does something and says what should come of it.
//!
//! It may not know HTTP or files. Its times are seconds since it began.

use crate::{
    Fault,
    fair::Fair,
    freshness, operator, published,
    report::Report,
    ticket::{self, Ticket},
    verifier::Verdict,
};
use orderslip::{Alg, Error, Key, KeyId, Keyring, PublicAlg, Sealer, UnixTime};
use std::time::Duration;

const BEGIN: UnixTime = UnixTime::from_secs(1_800_000_000);

/// How many invented key ids come at once.
const STORM: usize = 200;

pub(crate) async fn tell() -> Result<Report, Fault> {
    let fair = Fair::open(BEGIN).await?;
    let max_age = published::max_age(Some(&operator::POLICY)).as_secs();
    let mut story = Story { fair, report: Report::new(), max_age };
    let first_key = story.fair.operator.sealing(BEGIN)?;
    let first = story.a_ticket_is_verified().await?;
    story.the_public_keys_seal_nothing().await?;
    let second = story.a_next_key_arrives_before_it_seals(&first).await?;
    story.nothing_new_is_a_304(&second).await?;
    let third = story.an_unknown_key_is_looked_for().await?;
    story.invented_keys_cost_one_fetch(&third).await?;
    story.a_revoked_key_is_over(&first_key, &first, &third).await?;
    story.without_the_issuer_it_goes_on(&first, &third).await?;
    Ok(story.report)
}

struct Story {
    fair: Fair,
    report: Report,
    max_age: u64,
}

/// When the second chapter's next key is staged, and when it seals: the propagation time later.
const STAGED: u64 = 1;
const ACTIVATED: u64 = STAGED + operator::POLICY.propagation.as_secs();

/// When later chapters begin.
const HASTE: u64 = 6_000;
const STORM_BEGINS: u64 = 6_100;
const REVOKED: u64 = 6_200;

impl Story {
    async fn a_ticket_is_verified(&mut self) -> Result<String, Fault> {
        let ticket = self.fair.ticket(12, at(0)).await?;
        self.check(0, "a ticket", &ticket, "verified, seat 12").await?;
        self.check(0, "the same with one character changed", &with_another_letter(&ticket), "rejected").await?;
        self.check(0, "no token at all", "seat 12, please", "rejected").await?;
        Ok(ticket)
    }

    async fn the_public_keys_seal_nothing(&mut self) -> Result<(), Fault> {
        let answer = self.fair.public_keys(None).await?;
        let headers = answer.headers().clone();
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or("none").to_owned();
        let tag = header("etag");
        let is_strong = tag.len() > 2 && tag.starts_with('"') && tag.ends_with('"');
        let document = answer.text().await?;

        self.fact(0, "the public keys are a", "application/jwk-set+json", header("content-type"));
        let seconds = format!("public, max-age={}", self.max_age);
        self.fact(0, "they may be kept, and the next key is still there in time", seconds, header("cache-control"));
        self.fact(0, "they have a strong entity tag", "yes", yes_or_no(is_strong));
        self.fact(0, "they are the same for everybody: `Vary`", "none", header("vary"));
        self.fact(0, "and they remember nobody: `Set-Cookie`", "none", header("set-cookie"));
        self.fact(0, "members of theirs that are secret", "0", secret_members(&document)?.to_string());
        self.fact(0, "a sealer from them", "is_misuse", sealer_from(&Keyring::from_public_jwks(&document)?));

        for (says, theirs, expected) in [
            ("asked for again with that tag", tag.clone(), "304 Not Modified, 0 bytes"),
            (
                "with a list of tags, one of which a cache made weak",
                format!("\"other\", W/{tag}"),
                "304 Not Modified, 0 bytes",
            ),
            ("with another tag", "\"other\"".to_owned(), "200 OK, all bytes"),
        ] {
            let answer = self.fair.public_keys(Some(&theirs)).await?;
            let status = answer.status();
            let found = match answer.text().await? {
                same if same == document => format!("{status}, all bytes"),
                other => format!("{status}, {} bytes", other.len()),
            };
            self.fact(0, says, expected, found);
        }
        Ok(())
    }

    /// The worst case: the verifier fetched just before, and the next fetch fails.
    async fn a_next_key_arrives_before_it_seals(&mut self, first: &str) -> Result<String, Fault> {
        let next = self.fair.operator.stage(at(STAGED))?;
        self.fair.reload().await?;
        let (missed, fetched) = (self.max_age, 2 * self.max_age);

        self.check(missed - 1, "a next key is staged; the verifier does not ask yet", first, "verified, seat 12")
            .await?;
        self.expect_fetches(missed - 1, "1 changed, 0 unchanged, 0 failed").await?;
        self.fair.break_down(1).await?;
        self.check(missed, "`max-age` is over and the fetch fails", first, "verified, seat 12").await?;
        self.expect_fetches(missed, "1 changed, 0 unchanged, 1 failed").await?;
        self.has_key(missed, "the verifier has the next key", &next, "no").await?;
        self.check(fetched, "the next fetch", first, "verified, seat 12").await?;
        self.expect_fetches(fetched, "2 changed, 0 unchanged, 1 failed").await?;
        self.has_key(fetched, "the verifier has the next key", &next, "yes").await?;

        self.seals(ACTIVATED - 1, "the next key seals", &next, "no")?;
        self.seals(ACTIVATED, "the next key seals", &next, "yes")?;
        let second = self.fair.ticket(13, at(ACTIVATED)).await?;
        self.check(ACTIVATED, "a ticket of the next key", &second, "verified, seat 13").await?;
        self.check(ACTIVATED, "a ticket of the first key", first, "verified, seat 12").await?;
        self.expect_fetches(ACTIVATED, "2 changed, 0 unchanged, 1 failed").await?;
        Ok(second)
    }

    async fn nothing_new_is_a_304(&mut self, second: &str) -> Result<(), Fault> {
        let now = 3 * self.max_age;
        self.check(now, "`max-age` is over again", second, "verified, seat 13").await?;
        self.expect_fetches(now, "2 changed, 1 unchanged, 1 failed").await
    }

    async fn an_unknown_key_is_looked_for(&mut self) -> Result<String, Fault> {
        let hasty = self.fair.operator.stage_in_haste(at(HASTE))?;
        self.fair.reload().await?;
        let third = self.fair.ticket(14, at(HASTE)).await?;
        self.has_key(HASTE, "a key seals in haste; the verifier has it", &hasty, "no").await?;
        self.check(HASTE, "a ticket of it", &third, "verified, seat 14").await?;
        self.expect_fetches(HASTE, "3 changed, 1 unchanged, 1 failed").await?;
        Ok(third)
    }

    async fn invented_keys_cost_one_fetch(&mut self, third: &str) -> Result<(), Fault> {
        let mut tokens = (0..STORM).map(|_| of_an_invented_key(at(STORM_BEGINS))).collect::<Result<Vec<_>, Error>>()?;
        tokens.push(third.to_owned());
        let verdicts = self.fair.verdicts(&tokens, at(STORM_BEGINS)).await?;
        let count = |wanted: &Verdict| verdicts.iter().filter(|verdict| *verdict == wanted).count();
        let found =
            format!("{} unreadable, {} verified", count(&Verdict::Unreadable), count(&Verdict::Verified { seat: 14 }));
        let expected = format!("{STORM} unreadable, 1 verified");
        self.fact(STORM_BEGINS, "invented keys, and a ticket between them", expected, found);
        self.expect_fetches(STORM_BEGINS, "3 changed, 2 unchanged, 1 failed").await?;

        let soon = STORM_BEGINS + freshness::PAUSE.as_secs() - 1;
        self.check(soon, "one more, within the pause", &of_an_invented_key(at(soon))?, "unreadable").await?;
        self.expect_fetches(soon, "3 changed, 2 unchanged, 1 failed").await
    }

    async fn a_revoked_key_is_over(&mut self, key: &KeyId, first: &str, third: &str) -> Result<(), Fault> {
        self.fair.operator.revoke(key, at(REVOKED))?;
        self.fair.reload().await?;
        // The storm's fetch was the last one.
        let fetched = STORM_BEGINS + self.max_age;
        self.check(fetched - 1, "the first key is revoked; until `max-age` is over", first, "verified, seat 12")
            .await?;
        self.check(fetched, "a ticket of the revoked key", first, "expired").await?;
        self.check(fetched, "a ticket of another key", third, "verified, seat 14").await?;
        self.expect_fetches(fetched, "4 changed, 2 unchanged, 1 failed").await
    }

    async fn without_the_issuer_it_goes_on(&mut self, first: &str, third: &str) -> Result<(), Fault> {
        self.fair.kill_the_issuer().await?;
        let stale = STORM_BEGINS + 2 * self.max_age;
        self.check(stale, "the issuer is killed, `max-age` is over", third, "verified, seat 14").await?;
        self.check(stale, "a ticket of the revoked key", first, "expired").await?;
        self.check(stale, "a key that nobody can look up", &of_an_invented_key(at(stale))?, "unreadable").await?;
        self.expect_fetches(stale, "4 changed, 2 unchanged, 2 failed").await?;
        let later = stale + freshness::PAUSE.as_secs();
        self.check(later, "after the pause", third, "verified, seat 14").await?;
        self.expect_fetches(later, "4 changed, 2 unchanged, 3 failed").await
    }

    async fn check(&mut self, at_: u64, says: &'static str, token: &str, expected: &str) -> Result<(), Fault> {
        let found = self.fair.verdict(token, at(at_)).await?;
        self.fact(at_, says, expected, found.to_string());
        Ok(())
    }

    /// Of all fetches since the verifier began.
    async fn expect_fetches(&mut self, at: u64, expected: &str) -> Result<(), Fault> {
        let account = self.fair.inventory().await?.account;
        self.fact(at, "    fetches so far", expected, account.to_string());
        Ok(())
    }

    async fn has_key(&mut self, at: u64, says: &'static str, key: &KeyId, expected: &str) -> Result<(), Fault> {
        let has = self.fair.inventory().await?.keys.iter().any(|id| id == key.as_str());
        self.fact(at, says, expected, yes_or_no(has));
        Ok(())
    }

    fn seals(&mut self, at_: u64, says: &'static str, key: &KeyId, expected: &str) -> Result<(), Fault> {
        let seals = self.fair.operator.sealing(at(at_))? == *key;
        self.fact(at_, says, expected, yes_or_no(seals));
        Ok(())
    }

    fn fact(&mut self, at: u64, says: &'static str, expected: impl Into<String>, found: impl Into<String>) {
        self.report.add(at, says, expected, found);
    }
}

fn at(seconds: u64) -> UnixTime {
    BEGIN.saturating_add(Duration::from_secs(seconds))
}

fn yes_or_no(is: bool) -> &'static str {
    if is { "yes" } else { "no" }
}

/// A ticket that is good but for its key, of which nobody has ever heard.
fn of_an_invented_key(now: UnixTime) -> Result<String, Error> {
    sealer(&Keyring::new(vec![Key::generate(Alg::Ed25519)?])?)?.seal_at(&Ticket { seat: 1 }, now)
}

fn sealer(keys: &Keyring) -> Result<Sealer<Ticket>, Error> {
    Sealer::publicly_signed(keys, PublicAlg::Ed25519).lifetime(ticket::LIFETIME).build()
}

fn sealer_from(public: &Keyring) -> &'static str {
    match sealer(public) {
        Ok(_) => "was built",
        Err(error) if error.is_misuse() => "is_misuse",
        Err(_) => "another error",
    }
}

/// `d` of a key pair and `k` of a symmetric key (RFC 7518 section 6).
fn secret_members(document: &str) -> Result<usize, Fault> {
    let set: serde_json::Value = serde_json::from_str(document)?;
    let keys = set.get("keys").and_then(serde_json::Value::as_array).ok_or("a document without keys")?;
    Ok(keys.iter().filter(|key| ["d", "k"].into_iter().any(|member| key.get(member).is_some())).count())
}

/// The token with one character in the middle changed.
fn with_another_letter(token: &str) -> String {
    let middle = token.len() / 2;
    let changed = |(at, letter)| match (at == middle, letter) {
        (false, letter) => letter,
        (true, 'A') => 'B',
        (true, _) => 'A',
    };
    token.chars().enumerate().map(changed).collect()
}
