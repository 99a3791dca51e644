//! Nothing but the very token that was sealed opens: not one with a bit, a character or a part changed, not one for another
//! purpose, binding, key or algorithm, not one of another form. The T-numbers are those of docs/threats.md.

mod kit;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as B64};
use kit::{Cart, HOUR, Kind, NOW, Wishlist, cart, shared_ring};
use orderslip::{Alg, ErrorKind, Key, Keyring, Lifetime, PublicAlg, Rejection, Sealer, hazmat};

/// Where the key id stands in the decoded token: the one place where a change may be told from another.
fn kid_range(kind: Kind, bytes: &[u8]) -> std::ops::Range<usize> {
    let start = if kind.is_encrypted() { bytes.len() - 1 - 18 - 8 } else { 2 + 4 + 3 };
    start..start + 8
}

#[track_caller]
fn assert_rejected(kind: Kind, result: Result<orderslip::Slip<Cart>, orderslip::Error>, what: &str) {
    let error = result.map(drop).expect_err(what);
    assert_eq!(error.kind(), ErrorKind::Rejected, "{kind:?} {what}");
    assert_eq!(error.to_string(), "the token was rejected", "{kind:?} {what}");
}

#[test]
fn t18_every_bit_of_every_kind_of_token() {
    for kind in Kind::COSE {
        let sealer = kind.sealer::<Cart>(&kind.ring());
        let token = sealer.seal_at(&cart(), NOW).unwrap();
        let bytes = B64.decode(&token).unwrap();
        let kid = kid_range(kind, &bytes);
        for bit in 0..bytes.len() * 8 {
            let mut changed = bytes.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            let result = sealer.open_at(&B64.encode(&changed), NOW);
            if kid.contains(&(bit / 8)) {
                assert_eq!(result.map(drop).unwrap_err().kind(), ErrorKind::UnknownKey, "{kind:?} bit {bit}");
            } else {
                assert_rejected(kind, result, &format!("bit {bit}"));
            }
        }
    }
}

#[test]
fn t18_every_bit_of_every_character() {
    for kind in Kind::COSE {
        let sealer = kind.sealer::<Cart>(&kind.ring());
        let token = sealer.seal_at(&cart(), NOW).unwrap();
        for bit in 0..token.len() * 8 {
            let mut text = token.clone().into_bytes();
            text[bit / 8] ^= 1 << (bit % 8);
            if let Ok(text) = String::from_utf8(text) {
                let error = sealer.open_at(&text, NOW).map(drop).unwrap_err();
                assert!(error.is_rejected() || error.kind() == ErrorKind::UnknownKey, "{kind:?} bit {bit}");
            }
        }
    }
}

#[test]
fn t18_characters_deleted_doubled_and_swapped() {
    for kind in Kind::COSE {
        let sealer = kind.sealer::<Cart>(&kind.ring());
        let token = sealer.seal_at(&cart(), NOW).unwrap();
        for at in 0..token.len() {
            let (head, tail) = token.split_at(at);
            let (one, rest) = tail.split_at(1);
            for changed in
                [format!("{head}{rest}"), format!("{head}{one}{one}{rest}"), head.to_owned(), tail.to_owned()]
            {
                if changed != token {
                    let error = sealer.open_at(&changed, NOW).map(drop).unwrap_err();
                    assert!(error.is_rejected() || error.kind() == ErrorKind::UnknownKey, "{kind:?} at {at}");
                }
            }
            let mut swapped = token.clone().into_bytes();
            swapped.swap(at, (at + 1) % token.len());
            let swapped = String::from_utf8(swapped).unwrap();
            if swapped != token {
                let error = sealer.open_at(&swapped, NOW).map(drop).unwrap_err();
                assert!(error.is_rejected() || error.kind() == ErrorKind::UnknownKey, "{kind:?} at {at}");
            }
        }
    }
}

/// Every run of bytes of one good token in the place of the same run of another.
#[test]
fn t18_t25_parts_of_two_tokens_are_never_mixed() {
    for kind in Kind::COSE {
        let sealer = kind.sealer::<Cart>(&kind.ring());
        let [one, two] = [0; 2].map(|_| B64.decode(sealer.seal_at(&cart(), NOW).unwrap()).unwrap());
        sealer.new_epoch();
        let three = B64.decode(sealer.seal_at(&cart(), NOW).unwrap()).unwrap();
        for other in [&two, &three] {
            assert_eq!(one.len(), other.len());
            for at in 1..one.len() {
                let mixed = [&one[..at], &other[at..]].concat();
                if mixed != one && mixed != *other {
                    assert_rejected(kind, sealer.open_at(&B64.encode(&mixed), NOW), &format!("mixed at {at}"));
                }
            }
        }
    }
}

/// Purposes × kinds × key rings: only the diagonal opens.
#[test]
fn t24_all_pairs_of_purposes_kinds_and_rings() {
    let rings = [shared_ring(), shared_ring()];
    let kinds = [Kind::Encrypted, Kind::Signed, Kind::Ed25519, Kind::Es256];
    for (from, sealing_ring) in rings.iter().enumerate() {
        for sealing in kinds {
            let token = sealing.sealer::<Cart>(sealing_ring).seal_at(&cart(), NOW).unwrap();
            for (to, opening_ring) in rings.iter().enumerate() {
                for opening in kinds {
                    let sealer = opening.sealer::<Cart>(opening_ring);
                    let same_format = sealing == opening
                        || [sealing, opening].iter().all(|kind| {
                            // An Ed25519 and an ES256 opener take either: the key says which it is.
                            matches!(kind, Kind::Ed25519 | Kind::Es256)
                        });
                    let result = sealer.open_at(&token, NOW);
                    match (same_format, from == to) {
                        (true, true) => assert_eq!(result.unwrap().state(), &cart()),
                        (true, false) => assert_eq!(result.map(drop).unwrap_err().kind(), ErrorKind::UnknownKey),
                        (false, _) => assert_rejected(opening, result, "another kind"),
                    }
                    let other_purpose =
                        opening.sealer::<Wishlist>(opening_ring).open_at(&token, NOW).map(drop).unwrap_err();
                    assert!(
                        other_purpose.is_rejected() || (from != to && other_purpose.kind() == ErrorKind::UnknownKey),
                        "{sealing:?} {opening:?}"
                    );
                }
            }
        }
    }
}

/// What a token is bound to: none, one, another, more, fewer, in another order, cut elsewhere, of the deployment or the call.
#[test]
fn t24_t25_bindings_are_told_apart() {
    for kind in [Kind::Encrypted, Kind::Signed, Kind::Ed25519] {
        let ring = kind.ring();
        let deployment = |bindings: &[&str]| {
            let builder = match kind {
                Kind::Encrypted => Sealer::<Cart>::encrypted(&ring),
                Kind::Signed => Sealer::<Cart>::signed(&ring),
                _ => Sealer::<Cart>::publicly_signed(&ring, PublicAlg::Ed25519),
            };
            let builder = builder.lifetime(Lifetime::absolute(HOUR));
            bindings.iter().fold(builder, |builder, binding| builder.bind(binding)).build().unwrap()
        };
        type Bindings = &'static [&'static str];
        let contexts: [(Bindings, Bindings); 12] = [
            (&[], &[]),
            (&[""], &[]),
            (&[], &[""]),
            (&[], &["a"]),
            (&["a"], &[]),
            (&[], &["a", "bc"]),
            (&[], &["ab", "c"]),
            (&[], &["abc"]),
            (&["a"], &["bc"]),
            (&["a", "bc"], &[]),
            (&[], &["bc", "a"]),
            (&[], &["a", "bc", ""]),
        ];
        for (i, (fixed, call)) in contexts.iter().enumerate() {
            let token = deployment(fixed).bound(call).seal_at(&cart(), NOW).unwrap();
            for (j, (fixed, call)) in contexts.iter().enumerate() {
                let result = deployment(fixed).bound(call).open_at(&token, NOW);
                if i == j {
                    assert_eq!(result.unwrap().state(), &cart());
                } else {
                    assert_rejected(kind, result, &format!("{i} as {j}"));
                }
            }
        }
    }
}

/// The header names an algorithm; the key has one. All that differ are refused, whichever way round.
#[test]
fn t01_the_key_fixes_the_algorithm() {
    let gcm = Kind::Encrypted.ring();
    let token = Kind::Encrypted.sealer::<Cart>(&gcm).seal_at(&cart(), NOW).unwrap();
    let mut bytes = B64.decode(&token).unwrap();
    // The same frame, now claiming ChaCha20/Poly1305: 43 a10103 becomes 44 a1011818.
    bytes.splice(3..7, [0x44, 0xa1, 0x01, 0x18, 0x18]);
    assert_rejected(Kind::Encrypted, Kind::Encrypted.sealer(&gcm).open_at(&B64.encode(&bytes), NOW), "another cipher");
    let ring = shared_ring();
    let token = Kind::Ed25519.sealer::<Cart>(&ring).seal_at(&cart(), NOW).unwrap();
    let mut bytes = B64.decode(&token).unwrap();
    for alg in 0..=0x37_u8 {
        bytes[5] = alg;
        let result = Kind::Ed25519.sealer::<Cart>(&ring).open_at(&B64.encode(&bytes), NOW);
        assert_eq!(result.is_ok(), alg == 0x27, "{alg:#x}");
    }
}

/// No key is taken for another family: a Mac0 under the bytes of a public key, in every spelling, and the empty key.
#[test]
fn t02_t03_public_keys_and_empty_keys_are_no_mac_keys() {
    let ring = shared_ring();
    let public = Keyring::from_jwks(&ring.public_jwks()).unwrap();
    assert!(Sealer::<Cart>::signed(&public).lifetime(Lifetime::absolute(HOUR)).build().unwrap_err().is_misuse());
    let jwks: serde_json::Value = serde_json::from_str(&ring.public_jwks()).unwrap();
    let sealer = Kind::Ed25519.sealer::<Cart>(&ring);
    let token = B64.decode(sealer.seal_at(&cart(), NOW).unwrap()).unwrap();
    for jwk in jwks["keys"].as_array().unwrap() {
        let x = B64.decode(jwk["x"].as_str().unwrap()).unwrap();
        for secret in [x.clone(), jwk["x"].as_str().unwrap().into(), jwk.to_string().into_bytes(), vec![0; 32]] {
            // A Sign1's bytes as a Mac0 whose MAC is made with what everybody knows.
            let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, &secret);
            let mut forged = token.clone();
            forged[0] = 0xd1;
            forged[5] = 0x05;
            let proof_at = forged.len() - 66;
            let aad = b"\x86\x69orderslip\x01\x71shop.example/cart\x40\x80\x80";
            let message = [
                b"\x84\x64MAC0\x43\xa1\x01\x05\x58",
                &[u8::try_from(aad.len()).unwrap()][..],
                aad,
                &forged[17..proof_at],
            ]
            .concat();
            forged.truncate(proof_at);
            forged.extend_from_slice(&[0x58, 0x20]);
            forged.extend_from_slice(ring::hmac::sign(&key, &message).as_ref());
            let text = B64.encode(&forged);
            assert_rejected(Kind::Signed, Kind::Signed.sealer(&ring).open_at(&text, NOW), "a MAC under a public key");
            assert_rejected(Kind::Ed25519, sealer.open_at(&text, NOW), "a MAC for a signature");
        }
    }
}

/// ECDSA has no one form: the twin with n - s verifies, too. So the text of a token identifies nothing; the slip's id does.
#[test]
fn t10_the_text_is_not_the_identity() {
    const ORDER: [u8; 32] = [
        0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa, 0xad,
        0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
    ];
    let sealer = Kind::Es256.sealer::<Cart>(&Kind::Es256.ring());
    let token = sealer.seal_at(&cart(), NOW).unwrap();
    let mut twin = B64.decode(&token).unwrap();
    let at = twin.len() - 32;
    let mut borrow = 0_i16;
    for (s, n) in twin[at..].iter_mut().zip(ORDER).rev() {
        let difference = i16::from(n) - i16::from(*s) - borrow;
        borrow = i16::from(difference < 0);
        *s = u8::try_from(difference.rem_euclid(256)).unwrap();
    }
    let twin = B64.encode(&twin);
    assert_ne!(twin, token);
    let (slip, other) = (sealer.open_at(&token, NOW).unwrap(), sealer.open_at(&twin, NOW).unwrap());
    assert_eq!(slip.id(), other.id());
}

#[test]
fn t12_one_form_only() {
    for kind in Kind::COSE {
        let sealer = kind.sealer::<Cart>(&kind.ring());
        let token = sealer.seal_at(&cart(), NOW).unwrap();
        for junk in [
            format!(" {token}"),
            format!("{token} "),
            format!("{token}\n"),
            format!("\"{token}\""),
            format!("Bearer {token}"),
            format!("{token}="),
            format!("{token}."),
            format!("{token}\r\nSet-Cookie: x=y"),
            token.replace('_', "/").replace('-', "+") + "=",
            format!("{token}\0"),
            format!("\u{feff}{token}"),
            String::new(),
            "0".into(),
            "....".into(),
            "eyJhbGciOiJub25lIn0.e30.".into(),
        ] {
            assert_rejected(kind, sealer.open_at(&junk, NOW), &junk);
            assert_eq!(sealer.open_at(&junk, NOW).unwrap_err().rejection(), Some(Rejection::Malformed));
        }
        // The CWT tag 61 is for other people's messages.
        let tagged = [&[0xd8, 0x3d][..], &B64.decode(&token).unwrap()].concat();
        assert_rejected(kind, sealer.open_at(&B64.encode(&tagged), NOW), "tag 61");
    }
}

/// Frames with good cryptography and a wrong form: what the strict reader refuses before any key is looked up.
#[test]
fn t06_t51_t52_t53_wrong_forms_of_a_frame() {
    let ring = Kind::Signed.ring();
    let sealer = Kind::Signed.sealer::<Cart>(&ring);
    let good = B64.decode(sealer.seal_at(&cart(), NOW).unwrap()).unwrap();
    let (protected, kid, payload_on) = (3..6, 9..17, 17);
    let payload = &good[payload_on..good.len() - 34];
    let proof = &good[good.len() - 34..];
    let frame = |front: &[u8]| [front, payload, proof].concat();
    let id = &good[kid.clone()];
    let with = |tag: &[u8], prot: &[u8], unprot: &[u8]| frame(&[tag, prot, unprot].concat());
    let protected = [&[0x43][..], &good[protected]].concat();
    let kid_map = [&[0xa1, 0x04, 0x48][..], id].concat();
    assert_eq!(with(&[0xd1, 0x84], &protected, &kid_map), good);
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("untagged", with(&[0x84], &protected, &kid_map)),
        ("tag 16", with(&[0xd0, 0x84], &protected, &kid_map)),
        ("tag 18", with(&[0xd2, 0x84], &protected, &kid_map)),
        ("tag 17 in two bytes", with(&[0xd8, 0x11, 0x84], &protected, &kid_map)),
        ("double tag", with(&[0xd1, 0xd1, 0x84], &protected, &kid_map)),
        ("array of 5", [with(&[0xd1, 0x85], &protected, &kid_map), vec![0xf6]].concat()),
        ("indefinite array", [with(&[0xd1, 0x9f], &protected, &kid_map), vec![0xff]].concat()),
        ("no algorithm", with(&[0xd1, 0x84], &[0x40], &kid_map)),
        ("empty protected map", with(&[0xd1, 0x84], &[0x41, 0xa0], &kid_map)),
        ("crit", with(&[0xd1, 0x84], &[0x47, 0xa2, 0x01, 0x05, 0x02, 0x81, 0x04, 0xf6], &kid_map)),
        ("algorithm unprotected", with(&[0xd1, 0x84], &[0x40], &[&[0xa2, 0x01, 0x05, 0x04, 0x48][..], id].concat())),
        ("algorithm twice", with(&[0xd1, 0x84], &[0x45, 0xa2, 0x01, 0x05, 0x01, 0x05], &kid_map)),
        ("algorithm in both", with(&[0xd1, 0x84], &protected, &[&[0xa2, 0x01, 0x05, 0x04, 0x48][..], id].concat())),
        ("kid twice", with(&[0xd1, 0x84], &protected, &[&[0xa2, 0x04, 0x48][..], id, &[0x04, 0x48], id].concat())),
        ("kid in a longer label", with(&[0xd1, 0x84], &protected, &[&[0xa1, 0x18, 0x04, 0x48][..], id].concat())),
        ("kid of 7", with(&[0xd1, 0x84], &protected, &[&[0xa1, 0x04, 0x47][..], &id[1..]].concat())),
        ("kid as text", with(&[0xd1, 0x84], &protected, &[&[0xa1, 0x04, 0x68][..], id].concat())),
        ("no kid", with(&[0xd1, 0x84], &protected, &[0xa0])),
        ("another header", with(&[0xd1, 0x84], &protected, &[&[0xa2, 0x04, 0x48][..], id, &[0x05, 0x40]].concat())),
        ("MAC of 31", [&good[..good.len() - 34], &[0x58, 0x1f], &proof[2..33]].concat()),
        ("MAC of 33", [&good[..good.len() - 34], &[0x58, 0x21], &proof[2..], &[0]].concat()),
        ("no MAC", [&good[..good.len() - 34], &[0x40][..]].concat()),
        ("trailing byte", [good.clone(), vec![0]].concat()),
        ("truncated", good[..good.len() - 1].to_vec()),
    ];
    for (what, frame) in cases {
        let error = sealer.open_at(&B64.encode(&frame), NOW).map(drop).expect_err(what);
        assert_eq!(error.rejection(), Some(Rejection::Malformed), "{what}");
    }
}

/// The parts of a COSE_Encrypt that cryptography does not cover: IV and salt of other lengths, other recipients.
#[test]
fn t15_t53_wrong_forms_of_an_encrypted_frame() {
    let ring = Kind::Encrypted.ring();
    let sealer = Kind::Encrypted.sealer::<Cart>(&ring);
    let good = B64.decode(sealer.seal_at(&cart(), NOW).unwrap()).unwrap();
    let end = good.len();
    let edit = |range: std::ops::Range<usize>, with: &[u8]| {
        let mut bytes = good.clone();
        bytes.splice(range, with.iter().copied());
        bytes
    };
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("IV of 11", edit(9..11, &[0x4b])),
        ("IV of 13", edit(9..10, &[0x4d, 0])),
        ("salt of 15", edit(end - 18..end - 16, &[0x4f])),
        ("salt of 65", edit(end - 18..end - 1, &[&[0x58, 65][..], &[7; 65]].concat())),
        ("recipient with a ciphertext", edit(end - 1..end, &[0x41, 0])),
        ("two recipients", edit(end - 36..end - 35, &[0x82])),
        ("recipient algorithm -11", edit(end - 31..end - 30, &[0x2a])),
        ("tag alone", edit(22..end - 36, &[0x4f, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15])),
    ];
    for (what, frame) in cases {
        let error = sealer.open_at(&B64.encode(&frame), NOW).map(drop).expect_err(what);
        assert_eq!(error.rejection(), Some(Rejection::Malformed), "{what}: {error:?}");
    }
    // HMAC pads its key with zeros, so a salt with zeros behind it derives the same content key: it must not open.
    let salt = &good[end - 17..end - 1];
    for zeros in 1..=64 - 16 {
        let len = 16 + zeros;
        let head =
            if len < 24 { vec![0x40 + u8::try_from(len).unwrap()] } else { vec![0x58, u8::try_from(len).unwrap()] };
        let padded = [&head[..], salt, &vec![0; zeros]].concat();
        let error = sealer.open_at(&B64.encode(edit(end - 18..end - 1, &padded)), NOW).map(drop).unwrap_err();
        assert_eq!(error.rejection(), Some(Rejection::Malformed), "{zeros} zeros");
    }
}

/// The context's text tells the structures apart, though the bytes around are the same (RFC 9052 sections 4.4, 5.3, 6.3).
#[test]
fn t14_t54_structures_are_not_taken_for_each_other() {
    let key = Key::generate(Alg::HkdfA256Gcm).unwrap();
    let sealed = hazmat::cose::encrypt_seal(b"payload", &key, b"", &[1; 16], &[2; 12]).unwrap();
    for refused in [
        hazmat::cose::encrypt0_open(&sealed, &key, b""),
        hazmat::cose::mac0_verify(&sealed, &key, b""),
        hazmat::cose::mac_verify(&sealed, &key, b""),
        hazmat::cose::sign1_verify(&sealed, &key, b""),
    ] {
        assert!(refused.unwrap_err().is_rejected());
    }
    // A Sign1 says it is a Mac0 and the other way round.
    let ring = shared_ring();
    for (kind, tag, other) in [(Kind::Signed, 0xd2, Kind::Ed25519), (Kind::Ed25519, 0xd1, Kind::Signed)] {
        let mut bytes = B64.decode(kind.sealer::<Cart>(&ring).seal_at(&cart(), NOW).unwrap()).unwrap();
        bytes[0] = tag;
        assert_rejected(other, other.sealer(&ring).open_at(&B64.encode(&bytes), NOW), "another structure");
    }
}

/// One ciphertext that opens under two keys can be made for GCM, but no opener ever tries two: the key id picks one.
#[test]
fn t32_a_wrong_key_id_is_not_made_good_by_another_key() {
    let keys: Vec<Key> = (0..20).map(|_| Key::generate(Alg::HkdfA256Gcm).unwrap()).collect();
    let ring = Keyring::new(keys).unwrap();
    let sealer = Kind::Encrypted.sealer::<Cart>(&ring);
    let token = B64.decode(sealer.seal_at(&cart(), NOW).unwrap()).unwrap();
    let kid = kid_range(Kind::Encrypted, &token);
    let mut rejected = 0;
    for id in ring.ids() {
        let mut bytes = token.clone();
        bytes[kid.clone()].copy_from_slice(&B64.decode(id.as_str()).unwrap()[..8]);
        match sealer.open_at(&B64.encode(&bytes), NOW) {
            Ok(slip) => assert_eq!(slip.state(), &cart()),
            Err(error) => {
                assert!(error.is_rejected());
                rejected += 1;
            }
        }
    }
    assert_eq!(rejected, 19);
}

/// Under a ring that this process made for itself, an unknown key id is a forgery like any other.
#[test]
fn t04_an_unknown_key_id_is_a_hint_and_no_more() {
    let token = Kind::Encrypted.sealer::<Cart>(&shared_ring()).seal_at(&cart(), NOW).unwrap();
    let error = Kind::Encrypted.sealer::<Cart>(&shared_ring()).open_at(&token, NOW).unwrap_err();
    assert!(error.is_unreadable() && error.held_until().is_none());
    assert_rejected(
        Kind::Encrypted,
        Kind::Encrypted.sealer(&Keyring::generate().unwrap()).open_at(&token, NOW),
        "ephemeral",
    );
}

/// The `external_aad` of an unbound cart, written out: what any other implementation would have to produce.
const CART_AAD: &[u8] = b"\x86\x69orderslip\x01\x71shop.example/cart\x40\x80\x80";

/// Authentic bytes that are no claims set of ours: a token within a token, a foreign set, nothing at all. They are not forged,
/// so they are not *rejected*; and nothing is read out of them.
#[test]
fn t16_t23_authentic_bytes_that_are_no_claims_of_ours() {
    let ring = Kind::Encrypted.ring();
    let sealer = Kind::Encrypted.sealer::<Cart>(&ring);
    let key = ring.get(ring.ids().next().unwrap().as_str()).unwrap();
    let inner = B64.decode(sealer.seal_at(&cart(), NOW).unwrap()).unwrap();
    let unsigned = b"\xa1\x61a\x01";
    for payload in [&inner[..], unsigned, b"", b"\xf6", b"eyJhbGciOiJub25lIn0.e30."] {
        let outer = hazmat::cose::encrypt_seal(payload, key, CART_AAD, &[1; 16], &[2; 12]).unwrap();
        let error = sealer.open_at(&B64.encode(&outer), NOW).map(drop).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Undecodable);
    }
    // The same call with a right payload opens: what was refused above was the payload alone.
    let payload = hazmat::cose::encrypt_open(&inner, key, CART_AAD).unwrap();
    let outer = hazmat::cose::encrypt_seal(&payload, key, CART_AAD, &[1; 16], &[2; 12]).unwrap();
    assert_eq!(sealer.open_at(&B64.encode(&outer), NOW).unwrap().state(), &cart());
}

#[test]
fn known_answers_can_be_opened_again_or_are_not_sealed() {
    let key = Key::generate(Alg::HkdfA256Gcm).unwrap();
    for len in [0, 6_000, 7_000, 65_000] {
        let sealed = hazmat::cose::encrypt_seal(&vec![7; len], &key, b"", &[1; 16], &[2; 12]).unwrap();
        assert_eq!(hazmat::cose::encrypt_open(&sealed, &key, b"").unwrap(), vec![7; len]);
    }
    assert!(hazmat::cose::encrypt_seal(&[7; 65_536], &key, b"", &[1; 16], &[2; 12]).unwrap_err().is_too_large());
    assert!(hazmat::cose::encrypt_seal(b"", &key, b"", &[], &[2; 12]).unwrap_err().is_misuse());
    assert!(hazmat::cose::encrypt_seal(b"", &key, b"", &[1; 16], &[2; 11]).unwrap_err().is_misuse());
    let mac = Key::generate(Alg::Hs256).unwrap();
    assert!(hazmat::cose::encrypt_seal(b"", &mac, b"", &[1; 16], &[2; 12]).unwrap_err().is_misuse());
}
