//! Tests of the claims set in CBOR: its bytes, its one spelling, and all that is refused.

use super::*;
use crate::bytes::tests::hex;
use proptest::prelude::*;

const TIMES: Times = Times {
    sealed_at: UnixTime::from_secs(1_000),
    began_at: UnixTime::from_secs(900),
    expires_at: UnixTime::from_secs(2_000),
    ends_at: UnixTime::from_secs(3_000),
};

fn written(state: &[u8]) -> Vec<u8> {
    let mut out = Buffer::default();
    write(&mut out, &Head { id: SlipId([7; 16]), times: TIMES, version: 3 }, None);
    out.push(state);
    out.bytes().to_vec()
}

const HEAD: &str = "04 1907d0 06 1903e8 07 50 07070707070707070707070707070707";
const SPAN_TEXT: &str = "3a00010002 82 190384 190bb8";
const STATE_TEXT: &str = "3a00010000 82 03 f6";

#[test]
fn the_bytes_are_as_documented() {
    assert_eq!(written(&[0xf6]), hex(&format!("a5 {HEAD} {SPAN_TEXT} {STATE_TEXT}")));
}

#[test]
fn what_is_written_is_read() {
    let bytes = written(&[0xf6]);
    let Read { head, anchor, state } = read(&bytes).unwrap();
    assert!(anchor.is_none());
    assert_eq!(head, Head { id: SlipId([7; 16]), times: TIMES, version: 3 });
    assert_eq!(&bytes[state], [0xf6]);
}

#[test]
fn unknown_claims_are_ignored_and_in_order() {
    for (claims, more) in [("a6", "09 01"), ("a7", "0a 820102 20 f6"), ("a6", "390fff 6161")] {
        assert!(read(&hex(&format!("{claims} {HEAD} {more} {SPAN_TEXT} {STATE_TEXT}"))).is_ok(), "{more}");
    }
    assert!(read(&hex(&format!("a6 {HEAD} {SPAN_TEXT} 6161 01 {STATE_TEXT}"))).is_ok());
}

/// iss, sub, aud, nbf, cnf; a claim twice, out of order, reserved, missing; a state that is not last.
#[test]
fn t20_t23_t51_claims_that_would_have_to_be_understood_are_refused() {
    let all = [
        format!("a6 01 6161 {HEAD} {SPAN_TEXT} {STATE_TEXT}"),
        format!("a6 02 6161 {HEAD} {SPAN_TEXT} {STATE_TEXT}"),
        format!("a6 03 6161 {HEAD} {SPAN_TEXT} {STATE_TEXT}"),
        "a6 04 1907d0 05 01 06 1903e8 07 50 07070707070707070707070707070707".to_owned() + SPAN_TEXT + STATE_TEXT,
        format!("a6 {HEAD} 08 a0 {SPAN_TEXT} {STATE_TEXT}"),
        format!("a6 {HEAD} 07 01 {SPAN_TEXT} {STATE_TEXT}"),
        format!("a6 {HEAD} {SPAN_TEXT} {SPAN_TEXT} {STATE_TEXT}"),
        format!("a7 {HEAD} 0a 01 09 01 {SPAN_TEXT} {STATE_TEXT}"),
        format!("a6 {HEAD} 3a00010001 4100 {SPAN_TEXT} {STATE_TEXT}"),
        format!("a4 {HEAD} {STATE_TEXT}"),
        format!("a5 {HEAD} {STATE_TEXT} {SPAN_TEXT}"),
        format!("a6 {HEAD} 40 01 {SPAN_TEXT} {STATE_TEXT}"),
        format!("a3 {HEAD}"),
        String::new(),
    ];
    for claims in all {
        assert!(read(&hex(&claims)).is_err(), "{claims}");
    }
}

/// A time of the wrong type is an error, never "absent" (CVE-2026-25537); nor is any other number than a whole one.
#[test]
fn t20_t22_times_are_whole_seconds() {
    let with_exp = |exp: &str| {
        hex(&format!("a5 04 {exp} 06 1903e8 07 50 07070707070707070707070707070707 {SPAN_TEXT} {STATE_TEXT}"))
    };
    assert!(read(&with_exp("1907d0")).is_ok());
    for bad in [
        "f6",
        "40",
        "6431303030",
        "f5",
        "fb409f400000000000",
        "f97c00",
        "f97e00",
        "f963d0",
        "c11907d0",
        "390001",
        "1a000007d0",
        "1b00000000000007d0",
        "1b0000003afff44180",
        "1bffffffffffffffff",
        "1b7fffffffffffffff",
        "c2420fa0",
        "811907d0",
        "9fff",
        "5f41ffff",
    ] {
        assert!(read(&with_exp(bad)).is_err(), "{bad}");
    }
}

/// RFC 8392 section 2: labels are the registered integers, times are not tagged. A claim by its JSON name, by a longer head or with the tag
/// of a time is not that claim, and its place is not taken by another.
#[test]
fn t56_labels_are_integers_and_times_are_not_tagged() {
    let with = |exp: &str, iat: &str, cti: &str| hex(&format!("a5 {exp} {iat} {cti} {SPAN_TEXT} {STATE_TEXT}"));
    let (exp, iat, cti) = ("04 1907d0", "06 1903e8", "07 50 07070707070707070707070707070707");
    assert!(read(&with(exp, iat, cti)).is_ok());
    for bad in
        ["63657870 1907d0", "1804 1907d0", "4104 1907d0", "f94400 1907d0", "04 c11907d0", "04 c06131", "05 1907d0"]
    {
        assert!(read(&with(bad, iat, cti)).is_err(), "{bad}");
    }
    for bad in ["63696174 1903e8", "06 c11903e8", "06 f963d0", "06 c24203e8", "06 f6", "06 6131"] {
        assert!(read(&with(exp, bad, cti)).is_err(), "{bad}");
    }
    for bad in [
        "07 4f 070707070707070707070707070707",
        "07 60",
        "07 f6",
        "07 5f 41 07 ff",
        "63636964 50 07070707070707070707070707070707",
    ] {
        assert!(read(&with(exp, iat, bad)).is_err(), "{bad}");
    }
}

/// RFC 8949 section 4.2.1: what we write has one spelling, at every length of a head, and we read no other of the same claims.
#[test]
fn t57_claims_have_one_spelling() {
    for end in [1, 23, 24, 255, 256, 65_535, 65_536, 0xffff_ffff, 0x1_0000_0000, 253_402_300_799] {
        let secs = UnixTime::from_secs;
        let times =
            Times { sealed_at: secs(end - 1), began_at: secs(end - 1), expires_at: secs(end), ends_at: secs(end) };
        let head = Head { id: SlipId([7; 16]), times, version: end };
        let mut out = Buffer::default();
        write(&mut out, &head, None);
        out.push(&[0xf6]);
        // The reader takes the shortest heads only.
        assert_eq!(read(out.bytes()).unwrap().head, head, "{end}");
        let value: ciborium::Value = ciborium::from_reader(out.bytes()).unwrap();
        let mut again = Vec::new();
        ciborium::into_writer(&value, &mut again).unwrap();
        assert_eq!(out.bytes(), again, "{end}");
    }
    let (exp, iat, cti) = ("04 1907d0", "06 1903e8", "07 50 07070707070707070707070707070707");
    for other in [
        format!("bf {HEAD} {SPAN_TEXT} {STATE_TEXT} ff"),
        format!("b805 {HEAD} {SPAN_TEXT} {STATE_TEXT}"),
        format!("a5 {iat} {exp} {cti} {SPAN_TEXT} {STATE_TEXT}"),
        format!("a5 {exp} {cti} {iat} {SPAN_TEXT} {STATE_TEXT}"),
        format!("a5 04 1a000007d0 {iat} {cti} {SPAN_TEXT} {STATE_TEXT}"),
        format!("a5 {exp} {iat} 07 5810 07070707070707070707070707070707 {SPAN_TEXT} {STATE_TEXT}"),
        format!("a5 {HEAD} 3a00010002 9f 190384 190bb8 ff {STATE_TEXT}"),
        format!("a5 {HEAD} 3b0000000000010002 82 190384 190bb8 {STATE_TEXT}"),
        format!("a5 {HEAD} {SPAN_TEXT} 3a00010000 9802 03 f6"),
        format!("a5 {HEAD} {SPAN_TEXT} 3a00010000 82 1803 f6"),
    ] {
        assert!(read(&hex(&other)).is_err(), "{other}");
    }
}

#[test]
fn t21_times_that_contradict_each_other_are_refused() {
    let with = |exp: u64, iat: u64, began: u64, ends: u64| {
        let secs = UnixTime::from_secs;
        let times = Times { sealed_at: secs(iat), began_at: secs(began), expires_at: secs(exp), ends_at: secs(ends) };
        let mut out = Buffer::default();
        write(&mut out, &Head { id: SlipId([0; 16]), times, version: 0 }, None);
        read(&[out.bytes(), &[0xf6]].concat()).is_ok()
    };
    assert!(with(20, 10, 10, 20));
    assert!(!with(20, 10, 11, 20), "sealed before it began");
    assert!(!with(10, 10, 10, 20), "over when it is sealed");
    assert!(!with(21, 10, 10, 20), "outlives its absolute end");
}

const SECRET: &str = "5820 0909090909090909090909090909090909090909090909090909090909090909";
const ANCHOR_LABEL: &str = "3a00010004";

#[test]
fn an_anchor_is_written_and_read() {
    use super::super::anchor::{AnchorSecrets, SecretBefore};
    use crate::bytes::Secret;
    let secret = || Secret::new(vec![9; 32]);
    let before = SecretBefore { id: SlipId([8; 16]), secret: secret(), until: 1_000 };
    for (before, text) in [
        (None, format!("81 {SECRET}")),
        (Some(before), format!("84 {SECRET} 50 08080808080808080808080808080808 {SECRET} 1903e8")),
    ] {
        let has_before = before.is_some();
        let mut out = Buffer::default();
        let head = Head { id: SlipId([7; 16]), times: TIMES, version: 3 };
        write(&mut out, &head, Some(&AnchorSecrets { secret: secret(), before }));
        out.push(&[0xf6]);
        let bytes = out.bytes().to_vec();
        assert_eq!(bytes, hex(&format!("a6 {HEAD} {SPAN_TEXT} {ANCHOR_LABEL} {text} {STATE_TEXT}")));
        let anchor = read(&bytes).unwrap().anchor.unwrap();
        assert_eq!(anchor.secret.expose(), [9; 32]);
        assert_eq!(
            anchor.before.map(|before| (before.id, before.until)),
            has_before.then_some((SlipId([8; 16]), 1_000))
        );
    }
}

#[test]
fn an_anchor_has_one_of_two_forms() {
    let short = SECRET.replace("5820 09", "581f ");
    for bad in [
        "80",
        "f6",
        "81 40",
        "82 40 40",
        &format!("81 {short}"),
        &format!("82 {SECRET} {SECRET}"),
        &format!("84 {SECRET} 4108 {SECRET} 00"),
    ] {
        assert!(read(&hex(&format!("a6 {HEAD} {SPAN_TEXT} {ANCHOR_LABEL} {bad} {STATE_TEXT}"))).is_err(), "{bad}");
    }
}

proptest! {
    /// The short way and the long one are one: what is written at one stroke is what would be written claim by claim, and what is read at
    /// one stroke is read so claim by claim.
    #[test]
    fn the_usual_claims_mean_the_same_by_either_reader(
        id: [u8; 16], version: u16, times in prop::array::uniform4(prop_oneof![0..1_u64 << 17, 0..1_u64 << 33, any::<u64>()]),
        change in proptest::option::of((any::<prop::sample::Index>(), any::<u8>()))
    ) {
        let mut times = times.map(|secs| UnixTime::from_wire(secs).unwrap_or(UnixTime::from_secs(secs >> 32)));
        times.sort_unstable();
        let [began_at, sealed_at, expires_at, ends_at] = times;
        let times = Times { sealed_at, began_at, expires_at, ends_at };
        let head = Head { id: SlipId(id), times, version: version.into() };
        let mut out = Buffer::default();
        write(&mut out, &head, None);
        let mut plain = Buffer::default();
        plain.cbor().map(5).uint(4).uint(expires_at.as_secs()).uint(6).uint(sealed_at.as_secs()).uint(7).bytes(&id);
        plain.cbor().int(-65_539).array(2).uint(began_at.as_secs()).uint(ends_at.as_secs());
        plain.cbor().int(-65_537).array(2).uint(version.into());
        prop_assert_eq!(out.bytes(), plain.bytes());
        out.push(&[0xf6]);
        let mut bytes = out.bytes().to_vec();
        if let Some((at, with)) = change {
            let at = at.index(bytes.len());
            bytes[at] = with;
        }
        match (read(&bytes), read_any(&bytes)) {
            (Ok(read), Ok(any)) => prop_assert_eq!((read.head, read.state), (any.head, any.state)),
            (Err(_), Err(_)) => {}
            (read, any) => prop_assert!(false, "{:?} {:?}", read.map(|read| read.head), any.map(|any| any.head)),
        }
    }
}
