//! Changes of a ring: what is written, what is refused, what is never lost.

use crate::bench::{Bench, HOUR, NOW};
use orderslip::{Keyring, UnixTime};
use std::{fs, process::Stdio};

#[test]
fn t83_a_new_ring_is_private_and_replaces_nothing() {
    let bench = Bench::with_ring();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(bench.path("ring.json")).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let before = bench.text("ring.json");
    bench.fails("keys new ring.json", 3, "is there already");
    assert_eq!(bench.text("ring.json"), before);
    let ring = Keyring::from_file(bench.path("ring.json")).unwrap();
    assert_eq!(ring.ids().count(), 4);
    assert_eq!(ring.policy().unwrap().longest_life.as_secs(), 8 * HOUR);
    assert!(fs::read_dir(bench.folder.path()).unwrap().count() == 1, "no lock, no draft is left");
}

#[test]
fn t82_the_next_key_seals_when_all_have_it_and_the_last_one_ends_a_life_later() {
    let mut bench = Bench::with_ring();
    let staged = bench.json("keys stage ring.json --use signed");
    let rows = staged["keys"].as_array().unwrap();
    assert_eq!(rows.len(), 2, "{staged}");
    assert_eq!(rows[0]["expires_at"], NOW + 9 * HOUR);
    assert_eq!(rows[1]["activates_at"], NOW + HOUR);
    assert_eq!(staged["done"], "staged");
    bench.ok("keys check ring.json");
    bench.now += HOUR;
    assert_eq!(bench.ids("opens").len(), 1);
    bench.now += 8 * HOUR;
    assert_eq!(bench.ids("over").len(), 1);
    let pruned = bench.json("keys prune ring.json");
    assert_eq!(pruned["keys"][0]["state"], "erased");
    assert_eq!(bench.json("keys prune ring.json")["done"], "nothing was over");
    bench.ok("keys stage ring.json --keep-previous");
    let rows = bench.json("keys show ring.json");
    let ends = rows["keys"].as_array().unwrap().iter().filter(|row| !row["expires_at"].is_null());
    assert_eq!(ends.count(), 1, "the erased one alone");
}

#[test]
fn t82_what_would_log_people_out_needs_an_emergency() {
    let mut bench = Bench::with_ring();
    let before = bench.text("ring.json");
    bench.fails("keys stage ring.json --in 59m", 1, "sooner than every server has the key");
    bench.fails("keys stage ring.json --in 2h --at 5", 2, "cannot be used with");
    bench.fails("keys retire ring.json sealing:es256", 1, "stage its successor first");
    bench.fails("keys revoke ring.json sealing:signed --reason lost", 1, "nothing would seal after it");
    bench.fails("keys revoke ring.json sealing:signed", 2, "--emergency");
    bench.fails("keys promote ring.json nobody", 3, "no key of the ring");
    bench.fails("keys promote ring.json next:nothing", 3, "no key of the ring");
    assert_eq!(bench.text("ring.json"), before, "nothing was changed");

    let output = bench.run("keys stage ring.json --use signed --in 0s --emergency lost --json");
    assert_eq!(output.status.code(), Some(1), "done, and found");
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&report["emergency"], &report["findings"][0]["kind"]), (&"lost".into(), &"activates_too_soon".into()));
    let old = bench.ids("opens").remove(0);
    bench.ok(&format!("keys revoke ring.json {} --reason lost", &old[..8]));
    let ring = Keyring::from_file(bench.path("ring.json")).unwrap();
    assert_eq!(ring.get(&old).unwrap().revoked_because(), Some("lost"));
    assert_eq!(ring.get(&old).unwrap().revoked_at(), Some(UnixTime::from_secs(NOW)));
    bench.now += 2 * HOUR;
    bench.ok("keys check ring.json");
    bench.fails("keys revoke ring.json sealing:signed --emergency again", 1, "nothing seals for `signed`");
}

#[test]
fn t82_a_key_is_promoted_and_the_last_one_promoted_again() {
    let mut bench = Bench::with_ring();
    bench.ok("keys stage ring.json --use es256 --in 30d");
    let old = bench.json("keys show ring.json")["keys"][3]["id"].as_str().unwrap().to_owned();
    bench.fails("keys promote ring.json next:es256", 1, "sooner than every server has the key");
    bench.now += HOUR;
    bench.ok("keys promote ring.json next:es256");
    bench.ok("keys check ring.json");
    bench.ok(&format!("keys promote ring.json {old}"));
    let ring = Keyring::from_file(bench.path("ring.json")).unwrap();
    assert_eq!(ring.get(&old).unwrap().expires_at(), None, "its end is lifted");
    bench.ok("keys check ring.json");
}

#[test]
fn t83_a_ring_that_others_may_read_is_an_error() {
    let bench = Bench::with_ring();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(bench.path("ring.json"), fs::Permissions::from_mode(0o644)).unwrap();
        for command in ["keys show", "keys stage", "keys check", "keys public", "keys prune", "doctor ring.json"] {
            bench.fails(&format!("{command} ring.json"), 3, "chmod 600");
        }
        fs::set_permissions(bench.path("ring.json"), fs::Permissions::from_mode(0o600)).unwrap();
    }
    // What holds no secret may be read by all.
    fs::write(bench.path("jwks.json"), bench.ok("keys public ring.json")).unwrap();
    let shown = bench.json("keys show jwks.json");
    assert!(shown["keys"].as_array().unwrap().iter().all(|row| row["state"] == "verifies"), "{shown}");
}

#[test]
fn t80_bad_rings_are_named_and_never_quoted() {
    let bench = Bench::with_ring();
    let good = bench.text("ring.json");
    let secret = good.split("\"k\": \"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    for (bad, says) in [
        (good[..good.len() / 2].to_owned(), "not one JSON object"),
        (good.replacen("\"HS256\"", "\"HS999\"", 1), "member `alg`"),
        (good.replacen("\"kty\": \"oct\"", "\"kty\": 7", 1), "member `kty`"),
        (good.replacen("\"propagation\": 3600", "\"propagation\": \"1h\"", 1), "member `rotation`"),
        (good.replacen(&secret, &secret[..20], 1), "member `k`"),
        (String::new(), "not one JSON object"),
        ("x".repeat(5 * 1024 * 1024), "longer than any key set"),
    ] {
        fs::write(bench.path("ring.json"), &bad).unwrap();
        for command in ["keys show", "keys stage", "doctor ring.json"] {
            bench.fails(&format!("{command} ring.json"), 3, says);
            let output = bench.run(&format!("{command} ring.json --json"));
            let told: serde_json::Value = serde_json::from_slice(&output.stderr).unwrap();
            assert_eq!(told["error"], "bad_input");
            assert!(!told.to_string().contains(&secret[..20]), "{told}");
        }
        assert_eq!(bench.text("ring.json"), bad, "nothing was changed");
    }
    bench.fails("keys show nowhere.json", 4, "cannot be read");
    bench.fails("keys show .", 4, "cannot be read");
}

#[test]
fn t34_no_secret_is_printed_unless_asked_for() {
    let bench = Bench::with_ring();
    let secrets: Vec<String> = {
        let set: serde_json::Value = serde_json::from_str(&bench.text("ring.json")).unwrap();
        let keys = set["keys"].as_array().unwrap().iter();
        keys.filter_map(|key| key.get("k").or(key.get("d"))).map(|secret| secret.as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(secrets.len(), 4);
    let told: String =
        ["keys show ring.json", "keys public ring.json", "keys stage ring.json", "keys policy ring.json"]
            .into_iter()
            .flat_map(|command| [bench.ok(command), bench.ok(&format!("{command} --json"))])
            .collect();
    for secret in &secrets {
        assert!(!told.contains(secret.as_str()));
        assert!(bench.ok("keys show ring.json --reveal").contains(secret.as_str()), "and it can be");
    }
}

#[test]
fn two_commands_at_once_lose_nothing() {
    let bench = Bench::with_ring();
    fs::write(bench.path("ring.json.lock"), "").unwrap();
    bench.fails("keys stage ring.json", 4, "somebody else is changing this ring");
    fs::remove_file(bench.path("ring.json.lock")).unwrap();
    let running: Vec<_> = (0..8)
        .map(|_| {
            bench
                .command()
                .args(["keys", "stage", "ring.json", "--use", "signed"])
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .unwrap()
        })
        .collect();
    let done =
        running.into_iter().map(|mut child| child.wait().unwrap()).filter(std::process::ExitStatus::success).count();
    assert!(done > 0);
    assert_eq!(Keyring::from_file(bench.path("ring.json")).unwrap().ids().count(), 4 + done);
}

/// A ring that is reached by a link, as in a folder of secrets, stays behind the link.
#[test]
#[cfg(unix)]
fn a_link_stays_a_link() {
    let bench = Bench::with_ring();
    fs::rename(bench.path("ring.json"), bench.path("there.json")).unwrap();
    std::os::unix::fs::symlink("there.json", bench.path("ring.json")).unwrap();
    bench.ok("keys stage ring.json");
    assert!(fs::symlink_metadata(bench.path("ring.json")).unwrap().is_symlink());
    assert_eq!(Keyring::from_file(bench.path("there.json")).unwrap().ids().count(), 8);
}

#[test]
fn a_ring_without_a_policy_asks_for_one() {
    let bench = Bench::new();
    Keyring::generate().unwrap().to_file(bench.path("ring.json")).unwrap();
    bench.fails("keys stage ring.json", 3, "the ring says no policy");
    bench.ok("keys stage ring.json --propagation 1m --longest-life 1h");
    bench.ok("keys policy ring.json --propagation 1m --longest-life 1h");
    bench.ok("keys check ring.json");
    assert!(bench.text("ring.json").contains("\"longest_life\": 3600"));
    // Of each use one key goes on, those of JWE as well.
    let ring = Keyring::from_file(bench.path("ring.json")).unwrap();
    let algs = |endless: bool| {
        let keys = ring.ids().filter_map(|id| ring.get(id.as_str()));
        let mut algs: Vec<_> =
            keys.filter(|key| key.expires_at().is_none() == endless).map(|key| format!("{:?}", key.alg())).collect();
        algs.sort();
        algs
    };
    assert_eq!(algs(true), algs(false));
    assert!(algs(true).contains(&"A256Gcm".to_owned()), "{:?}", algs(true));
    // Saying it for one command does not set it.
    bench.fails("keys check ring.json --longest-life 30d", 1, "ends before its last token does");
}
