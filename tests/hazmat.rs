//! Other people's messages: good cryptography in every header that is taken, and in every one that is not.
#![expect(clippy::unwrap_used, reason = "a failing test should stop where it fails")]

mod kit;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as B64};
use orderslip::{Alg, Error, Key, Keyring, Lifetime, PublicAlg, hazmat};

const SECRET: [u8; 32] = *b"\x01\x23\x45\x67\x89\xab\xcd\xef\xfe\xdc\xba\x98\x76\x54\x32\x10thirty-two bytes";
const AAD: &[u8] = b"context";
const PAYLOAD: &[u8] = b"This is the content.";

fn key(alg: Alg) -> Key {
    Key::from_jwk_as(&format!(r#"{{"kty":"oct","k":"{}"}}"#, B64.encode(SECRET)), alg).unwrap()
}

/// A byte string of less than 24 bytes, or of less than 256.
fn bstr(bytes: &[u8]) -> Vec<u8> {
    let len = u8::try_from(bytes.len()).unwrap();
    if len < 24 { [&[0x40 + len][..], bytes].concat() } else { [&[0x58, len][..], bytes].concat() }
}

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    digits.chunks(2).map(byte).collect()
}

/// A COSE_Mac0 whose MAC is right, whatever its headers.
fn mac0(before: &str, protected: &str, unprotected: &str) -> Vec<u8> {
    let protected = bstr(&hex(protected));
    let message = [b"\x84\x64MAC0", &protected[..], &bstr(AAD), &bstr(PAYLOAD)].concat();
    let tag = ring::hmac::sign(&ring::hmac::Key::new(ring::hmac::HMAC_SHA256, &SECRET), &message);
    [hex(before), protected, hex(unprotected), bstr(PAYLOAD), bstr(tag.as_ref())].concat()
}

/// A COSE_Encrypt whose tag is right, whatever its headers and recipients.
fn encrypt(protected: &str, unprotected: &str, recipients: &str) -> Vec<u8> {
    let protected = bstr(&hex(protected));
    let aad = [b"\x83\x67Encrypt", &protected[..], &bstr(AAD)].concat();
    let cipher = ring::aead::UnboundKey::new(&ring::aead::AES_256_GCM, &SECRET).unwrap();
    let mut ciphertext = PAYLOAD.to_vec();
    let nonce = ring::aead::Nonce::assume_unique_for_key([7; 12]);
    ring::aead::LessSafeKey::new(cipher)
        .seal_in_place_append_tag(nonce, ring::aead::Aad::from(aad), &mut ciphertext)
        .unwrap();
    [hex("d860 84"), protected, hex(unprotected), bstr(&ciphertext), hex(recipients)].concat()
}

#[track_caller]
fn taken(result: Result<Vec<u8>, Error>) {
    assert_eq!(result.unwrap(), PAYLOAD);
}

#[track_caller]
fn refused(result: Result<Vec<u8>, Error>, what: &str) {
    assert!(result.expect_err(what).is_rejected(), "{what}");
}

#[test]
fn headers_that_others_write_are_taken() {
    let key = key(Alg::Hs256);
    for (before, protected, unprotected) in [
        ("d1 84", "a10105", "a0"),
        ("d83d d1 84", "a10105", "a1 04 43 616263"),     // in the CWT tag
        ("d811 84", "a10105", "a0"),                     // a longer head of the tag
        ("d1 9804", "a1 1801 1805", "b800"),             // longer heads of everything
        ("d1 84", "a2 0105 03 00", "a1 04 4131"),        // content type and key id
        ("d1 84", "a2 0105 10 67 612f622b637774", "a0"), // typ (RFC 9596)
        ("d1 84", "a2 0105 63 616263 82 01 02", "a1 38ff f6"), // labels that nobody knows
    ] {
        taken(hazmat::cose::mac0_verify(&mac0(before, protected, unprotected), &key, AAD));
    }
}

#[test]
fn t06_t51_t52_headers_that_must_not_be_are_refused() {
    let key = key(Alg::Hs256);
    for (what, protected, unprotected) in [
        ("crit", "a2 0105 02 81 04", "a0"),
        ("crit that is empty", "a2 0105 02 80", "a0"),
        ("crit unprotected", "a10105", "a1 02 81 04"),
        ("no algorithm", "", "a0"),
        ("no algorithm in a map", "a0", "a0"),
        ("algorithm unprotected", "", "a1 01 05"),
        ("algorithm unprotected, map", "a0", "a1 01 05"),
        ("algorithm in both", "a10105", "a1 01 05"),
        ("algorithm twice", "a2 0105 0105", "a0"),
        ("algorithm twice, in another length", "a2 0105 1801 05", "a0"),
        ("label twice", "a10105", "a2 04 4131 04 4132"),
        ("label twice, in another length", "a10105", "a2 04 4131 1804 4131"),
        ("label in both", "a2 0105 04 4131", "a1 04 4131"),
        ("text label twice", "a10105", "a2 6161 00 6161 00"),
        ("another algorithm", "a10106", "a0"),
        ("truncated HMAC", "a10104", "a0"),
        ("algorithm as text", "a1 01 65 4853323536", "a0"),
        ("algorithm none", "a1 01 f6", "a0"),
        ("key id as text", "a10105", "a1 04 6131"),
        ("key id as a list", "a10105", "a1 04 814131"),
        ("simple value without a meaning", "a10105", "a1 6161 e9"),
        ("simple value without a meaning, deep in what nobody knows", "a10105", "a1 6161 81c1f820"),
        ("undefined", "a10105", "a1 6161 f7"),
        ("content type as bytes", "a2 0105 03 4131", "a0"),
        ("content type that is negative", "a2 0105 03 20", "a0"),
        ("label that is no label", "a2 0105 40 00", "a0"),
        ("label beyond 64 bits", "a2 0105 3bffffffffffffffff 00", "a0"),
        ("protected that is no map", "8101", "a0"),
        ("two protected maps", "a10105 a0", "a0"),
        ("indefinite map", "bf0105ff", "a0"),
        ("indefinite unprotected", "a10105", "bfff"),
    ] {
        refused(hazmat::cose::mac0_verify(&mac0("d1 84", protected, unprotected), &key, AAD), what);
    }
    for content_type in ["a2 0105 03 00", "a2 0105 03 613a"] {
        taken(hazmat::cose::mac0_verify(&mac0("d1 84", content_type, "a1 04 4131"), &key, AAD));
    }
    let labels = |count: u8| {
        let entries: String = (100..100 + count).map(|label| format!("18{label:02x} 00")).collect();
        format!("b8 {count:02x} {entries}")
    };
    taken(hazmat::cose::mac0_verify(&mac0("d1 84", "a10105", &labels(32)), &key, AAD));
    refused(hazmat::cose::mac0_verify(&mac0("d1 84", "a10105", &labels(33)), &key, AAD), "33 labels");
    for (what, before) in [
        ("no tag", "84"),
        ("Mac", "d861 84"),
        ("Sign1", "d2 84"),
        ("tag 61 twice", "d83d d83d d1 84"),
        ("tag 61 alone", "d83d 84"),
        ("another tag around", "d83c d1 84"),
        ("array of 5", "d1 85"),
        ("array of 3", "d1 83"),
    ] {
        refused(hazmat::cose::mac0_verify(&mac0(before, "a10105", "a0"), &key, AAD), what);
    }
    let trailing = [mac0("d1 84", "a10105", "a0"), vec![0]].concat();
    refused(hazmat::cose::mac0_verify(&trailing, &key, AAD), "a byte after the end");
    refused(hazmat::cose::mac0_verify(&mac0("d1 84", "a10105", "a0"), &key, b"another context"), "context");
}

#[test]
fn t15_t53_recipients_have_one_form() {
    let direct = key(Alg::A256Gcm);
    let iv = "a1 05 4c 070707070707070707070707";
    taken(hazmat::cose::encrypt_open(&encrypt("a10103", iv, "81 83 40 a1 01 25 40"), &direct, AAD));
    taken(hazmat::cose::encrypt_open(&encrypt("a10103", iv, "81 83 40 a2 01 25 04 4131 40"), &direct, AAD));
    for (what, protected, unprotected, recipients) in [
        ("recipient with a ciphertext", "a10103", iv, "81 83 40 a1 01 25 4100"),
        ("recipient without a ciphertext", "a10103", iv, "81 82 40 a1 01 25"),
        ("recipient of recipients", "a10103", iv, "81 84 40 a1 01 25 40 80"),
        ("no recipient", "a10103", iv, "80"),
        ("two recipients", "a10103", iv, "82 83 40 a1 01 25 40 83 40 a1 01 25 40"),
        ("direct, and something protected", "a10103", iv, "81 83 41a0 a1 01 25 40"),
        ("direct, protected", "a10103", iv, "81 83 43a10125 a0 40"),
        ("no recipient algorithm", "a10103", iv, "81 83 40 a0 40"),
        ("HKDF for a content key", "a10103", iv, "81 83 43a10129 a1 33 50 00000000000000000000000000000000 40"),
        ("key wrap", "a10103", iv, "81 83 40 a1 01 22 40"),
        ("no IV", "a10103", "a0", "81 83 40 a1 01 25 40"),
        ("partial IV", "a10103", "a1 06 4c 070707070707070707070707", "81 83 40 a1 01 25 40"),
        ("partial IV beside an IV", "a10103", "a2 05 4c 070707070707070707070707 06 4100", "81 83 40 a1 01 25 40"),
        ("IV of 11", "a10103", "a1 05 4b 0707070707070707070707", "81 83 40 a1 01 25 40"),
        ("IV of 13", "a10103", "a1 05 4d 07070707070707070707070707", "81 83 40 a1 01 25 40"),
        ("IV as text", "a10103", "a1 05 6c 070707070707070707070707", "81 83 40 a1 01 25 40"),
        ("another cipher", "a1011818", iv, "81 83 40 a1 01 25 40"),
        ("crit in the recipient", "a10103", iv, "81 83 40 a2 01 25 02 81 04 40"),
    ] {
        refused(hazmat::cose::encrypt_open(&encrypt(protected, unprotected, recipients), &direct, AAD), what);
    }
    // Our own form with one thing else about the derivation.
    let root = key(Alg::HkdfA256Gcm);
    let good = hazmat::cose::encrypt_seal(PAYLOAD, &root, AAD, &[9; 16], &[7; 12]).unwrap();
    taken(hazmat::cose::encrypt_open(&good, &root, AAD));
    let at = good.len() - 33;
    assert_eq!(good.get(at..at + 3), Some(&[0xa1, 0x01, 0x29][..]));
    for (what, with) in [
        ("a party's nonce", "a1 01 29 a3 04 40 33 50 09090909090909090909090909090909 35 41 00 40"),
        ("a party's identity", "a1 01 29 a3 04 40 33 50 09090909090909090909090909090909 34 41 00 40"),
        ("no salt", "a1 01 29 a1 04 40 40"),
        ("an empty salt", "a1 01 29 a2 04 40 33 40 40"),
        ("another salt", "a1 01 29 a2 04 40 33 50 09090909090909090909090909090908 40"),
        ("HKDF with SHA-512", "a1 01 2a a2 04 40 33 50 09090909090909090909090909090909 40"),
    ] {
        let message = [good.get(..at).unwrap(), &hex(with)].concat();
        refused(hazmat::cose::encrypt_open(&message, &root, AAD), what);
    }
    let same = "a1 01 29 a2 04 40 33 50 09090909090909090909090909090909 40";
    taken(hazmat::cose::encrypt_open(&[good.get(..at).unwrap(), &hex(same)].concat(), &root, AAD));
    refused(hazmat::cose::encrypt_open(&good, &direct, AAD), "a content key for a derived one");
}

/// RFC 9864's number for the same algorithm; and keys that are none for a signature.
#[test]
fn t01_signatures_go_by_the_keys_algorithm() {
    let seed = [3; 32];
    let pair = ring::signature::Ed25519KeyPair::from_seed_unchecked(&seed).unwrap();
    let x = B64.encode(ring::signature::KeyPair::public_key(&pair).as_ref());
    let key = |alg| Key::from_jwk_as(&format!(r#"{{"kty":"OKP","crv":"Ed25519","x":"{x}"}}"#), alg);
    let sign1 = |protected: &str| {
        let protected = bstr(&hex(protected));
        let message = [b"\x84\x6aSignature1", &protected[..], &bstr(AAD), &bstr(PAYLOAD)].concat();
        [hex("d2 84"), protected, hex("a0"), bstr(PAYLOAD), bstr(pair.sign(&message).as_ref())].concat()
    };
    let ed25519 = key(Alg::Ed25519).unwrap();
    taken(hazmat::cose::sign1_verify(&sign1("a10127"), &ed25519, AAD));
    taken(hazmat::cose::sign1_verify(&sign1("a10132"), &ed25519, AAD)); // -19
    for other in ["a10126", "a10128", "a10105", "a10103", "a1013822"] {
        refused(hazmat::cose::sign1_verify(&sign1(other), &ed25519, AAD), other);
    }
    assert!(key(Alg::Es256).is_err());
    for alg in [Alg::Hs256, Alg::A256Gcm, Alg::HkdfA256Gcm] {
        refused(hazmat::cose::sign1_verify(&sign1("a10127"), &self::key(alg), AAD), "not a key for signatures");
    }
    refused(hazmat::cose::mac0_verify(&mac0("d1 84", "a10105", "a0"), &ed25519, AAD), "not a key for MACs");
}

/// Other people's messages may say Ed25519 by its number of RFC 9864; a slip says it in one way, and a proof over the other does not help.
#[test]
fn t58_a_slip_has_one_number_for_its_algorithm() {
    let seed = *b"any seed that nobody would guess";
    let pair = ring::signature::Ed25519KeyPair::from_seed_unchecked(&seed).unwrap();
    let x = B64.encode(ring::signature::KeyPair::public_key(&pair).as_ref());
    let d = B64.encode(seed);
    let jwk = format!(r#"{{"kty":"OKP","crv":"Ed25519","alg":"EdDSA","use":"sig","x":"{x}","d":"{d}"}}"#);
    let ring = Keyring::new(vec![Key::from_jwk(&jwk).unwrap()]).unwrap();
    let sealer = kit::Kind::Ed25519.sealer::<kit::Cart>(&ring);
    let slip = B64.decode(sealer.seal_at(&kit::cart(), kit::NOW).unwrap()).unwrap();
    let aad = hazmat::external_aad(&hazmat::BoundTo::purpose("shop.example/cart")).unwrap();
    // d2 84 43 a10127 a1 04 48 and the key id; then the payload; then 58 40 and the signature.
    let (front, rest) = slip.split_at(17);
    let (payload, _) = rest.split_at(rest.len() - 66);
    let signed = |number: &str| {
        let protected = bstr(&hex(&format!("a101{number}")));
        let message = [b"\x84\x6aSignature1", &protected[..], &bstr(&aad), payload].concat();
        let kid = front.split_at(6).1;
        [&hex("d284"), &protected[..], kid, payload, &bstr(pair.sign(&message).as_ref())].concat()
    };
    assert_eq!(sealer.open_at(&B64.encode(signed("27")), kit::NOW).unwrap().state(), &kit::cart());
    let key = Key::from_jwk(&jwk).unwrap();
    for other in ["32", "3807", "26", "01"] {
        assert!(sealer.open_at(&B64.encode(signed(other)), kit::NOW).unwrap_err().is_rejected(), "{other}");
    }
    assert!(hazmat::cose::sign1_verify(&signed("32"), &key, &aad).is_ok(), "well signed it is");
}

/// A token that is minted for a purpose is the token of a type with that purpose; and what is shown of it is what is in it.
#[test]
fn t24_minting_and_revealing_are_bound_as_sealers_are() {
    let ring = kit::shared_ring();
    let formats = [
        (hazmat::Format::Encrypted, kit::Kind::Encrypted),
        (hazmat::Format::Signed, kit::Kind::Signed),
        (hazmat::Format::PubliclySigned(PublicAlg::Ed25519), kit::Kind::Ed25519),
        (hazmat::Format::PubliclySigned(PublicAlg::Es256), kit::Kind::Es256),
    ];
    let deployment = [b"eu".to_vec()];
    for (format, kind) in formats {
        let bound_to = hazmat::BoundTo::purpose("shop.example/cart");
        let lifetime = Lifetime::absolute(kit::HOUR);
        let spec = hazmat::Mint { format, bound_to, version: 1, lifetime, state: &kit::cart() };
        let token = hazmat::mint(&ring, &spec, kit::NOW).unwrap();
        let sealer = kind.sealer::<kit::Cart>(&ring);
        let slip = sealer.open_at(&token, kit::NOW).unwrap();
        assert_eq!(slip.state(), &kit::cart());
        let claims = hazmat::reveal(&token, &ring, &bound_to, kit::later(1_000_000)).unwrap();
        assert_eq!((claims.id(), claims.version(), claims.ends_at()), (slip.id(), 1, slip.ends_at()));
        assert_eq!(
            (claims.sealed_at(), claims.began_at(), claims.expires_at()),
            (kit::NOW, kit::NOW, kit::later(3_600))
        );
        for other in [
            hazmat::BoundTo::purpose("shop.example/wishlist"),
            hazmat::BoundTo { carrier: "cart", ..bound_to },
            hazmat::BoundTo { deployment: &deployment, ..bound_to },
            hazmat::BoundTo { call: &deployment, ..bound_to },
        ] {
            assert!(hazmat::reveal(&token, &ring, &other, kit::NOW).unwrap_err().is_rejected());
            let minted = hazmat::mint(&ring, &hazmat::Mint { bound_to: other, ..spec }, kit::NOW).unwrap();
            assert!(sealer.open_at(&minted, kit::NOW).unwrap_err().is_rejected());
        }
        let shown = hazmat::inspect(&token).unwrap();
        assert_eq!(shown.alg(), kind.alg());
        assert_eq!(shown.key(&ring).map(Key::id), ring.sealing_id(kind.alg(), kit::NOW));
        assert!(shown.key(&kit::shared_ring()).is_none());
        assert_eq!(shown.claims().is_none(), kind.is_encrypted());
        let bytes: usize = shown.parts().iter().map(|(_, bytes)| bytes).sum();
        assert_eq!(bytes, B64.decode(&token).unwrap().len());
        for end in 0..token.len() {
            assert!(hazmat::inspect(token.split_at(end).0).is_err(), "cut at {end}");
        }
    }
    let purpose = |purpose| hazmat::external_aad(&hazmat::BoundTo::purpose(purpose));
    assert!(purpose("").unwrap_err().is_misuse() && purpose("with space").unwrap_err().is_misuse());
}

/// Of an algorithm that encrypts nothing no key is derived: its context says zero bits, and is no other's.
#[test]
fn the_context_of_a_signature_has_no_key() {
    let context = |alg| hazmat::cose::kdf_context(alg, &[0xa1, 0x01, 0x29], None);
    for alg in [Alg::Es256, Alg::Es384, Alg::Ed25519] {
        assert!(context(alg).ends_with(&[0x82, 0x00, 0x43, 0xa1, 0x01, 0x29]), "{alg:?}");
    }
    assert!(context(Alg::A256Gcm).ends_with(&[0x82, 0x19, 0x01, 0x00, 0x43, 0xa1, 0x01, 0x29]));
}

/// A byte string of any length.
fn long_bstr(bytes: &[u8]) -> Vec<u8> {
    [&[0x5a][..], &u32::try_from(bytes.len()).unwrap().to_be_bytes(), bytes].concat()
}

/// A COSE_Mac0 or COSE_Mac of any payload, with what stands behind its tag.
fn mac_of(context: &[u8], before: &str, payload: &[u8], behind: &str) -> Vec<u8> {
    let protected = bstr(&hex("a10105"));
    let message = [context, &protected[..], &bstr(AAD), &canonical(payload)].concat();
    let tag = ring::hmac::sign(&ring::hmac::Key::new(ring::hmac::HMAC_SHA256, &SECRET), &message);
    [hex(before), protected, hex("a0"), long_bstr(payload), bstr(tag.as_ref()), hex(behind)].concat()
}

/// What is authenticated has the shortest heads.
fn canonical(bytes: &[u8]) -> Vec<u8> {
    match u16::try_from(bytes.len()) {
        Ok(0..=255) => bstr(bytes),
        Ok(len) => [&[0x59][..], &len.to_be_bytes(), bytes].concat(),
        Err(_) => long_bstr(bytes),
    }
}

/// COSE_Mac (RFC 9052 section 6.1) with the one recipient that has the key itself, and with none that would have to bring it.
#[test]
fn a_mac_with_recipients_is_taken_if_the_key_is_direct() {
    let key = key(Alg::Hs256);
    let mac = |recipients: &str| mac_of(b"\x84\x63MAC", "d861 85", PAYLOAD, recipients);
    taken(hazmat::cose::mac_verify(&mac("81 83 40 a1 01 25 40"), &key, AAD));
    for recipients in [
        "80",
        "81 83 40 a0 40",
        "81 83 40 a1 01 25 41 00",
        "81 83 40 a1 01 24 40",
        // direct+HKDF-SHA-256, with a salt.
        "81 83 43 a1 01 29 a1 33 50 00112233445566778899aabbccddeeff 40",
        "82 83 40 a1 01 25 40 83 40 a1 01 25 40",
    ] {
        refused(hazmat::cose::mac_verify(&mac(recipients), &key, AAD), recipients);
    }
    let other = mac_of(b"\x84\x64MAC0", "d861 85", PAYLOAD, "81 83 40 a1 01 25 40");
    refused(hazmat::cose::mac_verify(&other, &key, AAD), "the context of another structure");
}

/// Sixty-four kibibytes are the longest message that is read and the longest that is made.
#[test]
fn t11_the_longest_message_is_read_and_one_byte_more_is_not() {
    const LONGEST: usize = 64 * 1024;
    let (mac, root) = (key(Alg::Hs256), key(Alg::HkdfA256Gcm));
    let around = mac_of(b"\x84\x64MAC0", "d1 84", b"", "").len();
    for (len, is_taken) in [(LONGEST, true), (LONGEST + 1, false), (LONGEST + 2, false)] {
        let message = mac_of(b"\x84\x64MAC0", "d1 84", &vec![7; len - around], "");
        assert_eq!(message.len(), len);
        assert_eq!(hazmat::cose::mac0_verify(&message, &mac, AAD).is_ok(), is_taken, "{len}");
    }
    let seal = |len: usize| hazmat::cose::encrypt_seal(&vec![7; len], &root, AAD, &[9; 16], &[7; 12]);
    let around = seal(300).unwrap().len() - 300;
    let message = seal(LONGEST - around).unwrap();
    assert_eq!(message.len(), LONGEST);
    assert!(hazmat::cose::encrypt_open(&message, &root, AAD).is_ok());
    assert_eq!(seal(LONGEST - around + 1).unwrap_err().size(), Some(LONGEST + 1));
}

/// Whoever looks at a token is told its structure by its name.
#[test]
fn the_structures_are_told_by_their_names() {
    let ring = kit::shared_ring();
    for (kind, format, proof) in
        [(kit::Kind::Signed, "COSE_Mac0", "tag"), (kit::Kind::Es256, "COSE_Sign1", "signature")]
    {
        let token = kind.sealer::<kit::Cart>(&ring).seal_at(&kit::cart(), kit::NOW).unwrap();
        let seen = hazmat::inspect(&token).unwrap();
        assert_eq!((seen.format(), seen.parts().last().map(|(name, _)| *name)), (format, Some(proof)));
        assert_eq!(seen.parts().iter().map(|(_, len)| len).sum::<usize>(), B64.decode(&token).unwrap().len());
    }
}
