//! What may be wrong with a COSE message whose proof holds, and what with the proof.

use crate::{
    forge::{
        cbor, cose,
        keys::{self, Alg},
    },
    kinds::{Kind, other_aad},
    parts::{FORGED, MALFORMED, Row, UNKNOWN, part},
    signatures,
};

/// Of every kind.
fn frame(kind: Kind) -> Vec<Row> {
    let alg = kind.alg();
    let good = cose::protected(alg);
    let tag: &[u8] = match kind {
        Kind::Encrypted(_) => &[0xd8, 0x60],
        _ if alg == Alg::Hs256 => &[0xd1],
        _ => &[0xd2],
    };
    let number = match tag {
        [0xd8, number] => *number,
        [tag] => tag & 0x1f,
        _ => 0,
    };
    let other = if alg == Alg::Hs256 { Alg::Hs384 } else { Alg::Hs256 };
    let with = |more: &[u8], count: u8| [&[0xa0 + count], &good[1..], more].concat();
    vec![
        part(
            "cwt-tag",
            "in front",
            [0xd8, 0x3d],
            MALFORMED,
            "The CWT tag 61 in front (RFC 8392 section 6): one shape only.",
        ),
        part(
            "self-described",
            "in front",
            [0xd9, 0xd9, 0xf7],
            MALFORMED,
            "The tag of self-described CBOR in front (RFC 8949 section 3.4.6).",
        ),
        part("no-tag", "tag", [], MALFORMED, "No tag says which message it is."),
        part("tag-twice", "tag", [tag, tag].concat(), MALFORMED, "The tag twice."),
        part("tag-of-another-message", "tag", [0xd0], MALFORMED, "The tag of a COSE_Encrypt0."),
        part(
            "tag-long",
            "tag",
            [0xd9, 0x00, number],
            MALFORMED,
            "A tag that is not in its shortest form (RFC 8949 section 4.2.1).",
        ),
        part("array-of-three", "array", [0x83], MALFORMED, "An array of three, with four elements behind it."),
        part("array-of-five", "array", [0x85], MALFORMED, "An array of five, of which only four are there."),
        part("array-long", "array", [0x98, 0x04], MALFORMED, "The array's head is not in its shortest form."),
        part("array-indefinite", "array", [0x9f], MALFORMED, "An array of indefinite length."),
        part(
            "protected-head-long",
            "protected head",
            [0x58, u8::try_from(good.len()).unwrap()],
            MALFORMED,
            "The protected header's head is not in its shortest form.",
        ),
        part(
            "protected-empty",
            "protected",
            [],
            MALFORMED,
            "No algorithm: an empty protected header (RFC 9052 section 3).",
        ),
        part(
            "protected-empty-map",
            "protected",
            [0xa0],
            MALFORMED,
            "No algorithm: a protected header that is an empty map.",
        ),
        part(
            "protected-other-alg",
            "protected",
            cose::protected(other),
            MALFORMED,
            "An algorithm that is none of this message's.",
        ),
        part(
            "protected-alg-text",
            "protected",
            [&[0xa1, 0x01][..], &cbor::text(keys::name(alg))].concat(),
            MALFORMED,
            "The algorithm by its name; it is a number.",
        ),
        part("protected-alg-null", "protected", [0xa1, 0x01, 0xf6], MALFORMED, "The algorithm is null."),
        part("protected-alg-twice", "protected", with(&good[1..], 2), MALFORMED, "A label twice (RFC 9052 section 3)."),
        part(
            "protected-crit",
            "protected",
            with(&[0x02, 0x81, 0x01], 2),
            MALFORMED,
            "A critical header: none is understood (RFC 9052 section 3.1).",
        ),
        part(
            "protected-crit-empty",
            "protected",
            with(&[0x02, 0x80], 2),
            MALFORMED,
            "A list of critical headers that is empty.",
        ),
        part(
            "protected-content-type",
            "protected",
            with(&[0x03, 0x18, 0x3c], 2),
            MALFORMED,
            "A further header, which nothing of this format has.",
        ),
        part(
            "protected-label-long",
            "protected",
            [&[0xa1, 0x18, 0x01], &good[2..]].concat(),
            MALFORMED,
            "A label that is not in its shortest form.",
        ),
        part(
            "protected-trailing",
            "protected",
            [&good[..], &[0x00]].concat(),
            MALFORMED,
            "A byte behind the map in the protected header.",
        ),
        part("behind", "behind", [0x00], MALFORMED, "An item behind the message."),
        part("behind-break", "behind", [0xff], MALFORMED, "A break behind the message."),
        part("external-aad-empty", "external aad", [], FORGED, "Bound to nothing at all."),
        part(
            "external-aad-purpose",
            "external aad",
            other_aad("vectors.example/orders", ""),
            FORGED,
            "Made for another purpose.",
        ),
        part(
            "external-aad-carrier",
            "external aad",
            other_aad(crate::kinds::PURPOSE, "__Host-order"),
            FORGED,
            "Made for a cookie, and read as none.",
        ),
        part(
            "structure-of-another-message",
            "structure",
            if matches!(kind, Kind::Encrypted(_)) { "Encrypt0" } else { "MAC" },
            FORGED,
            "Authenticated as another kind of message (RFC 9052 sections 4.4, 5.3, 6.3).",
        ),
        part("unprotected-empty", "unprotected", [0xa0], MALFORMED, "Nothing in the unprotected header."),
        part(
            "unprotected-indefinite",
            "unprotected",
            [&[0xbf], &unprotected(kind)[1..], &[0xff]].concat(),
            MALFORMED,
            "An unprotected header of indefinite length.",
        ),
        part(
            "unprotected-head-long",
            "unprotected",
            [&[0xb8, 0x01], &unprotected(kind)[1..]].concat(),
            MALFORMED,
            "The unprotected header's head is not in its shortest form.",
        ),
        part(
            "unprotected-twice",
            "unprotected",
            [&[0xa2], &unprotected(kind)[1..], &unprotected(kind)[1..]].concat(),
            MALFORMED,
            "An unprotected label twice.",
        ),
        part(
            "unprotected-alg",
            "unprotected",
            [&[0xa2], &good[1..], &unprotected(kind)[1..]].concat(),
            MALFORMED,
            "The algorithm in the unprotected header as well.",
        ),
        part(
            "unprotected-x5u",
            "unprotected",
            [&[0xa2], &unprotected(kind)[1..], &[0x18, 0x23, 0x60]].concat(),
            MALFORMED,
            "An address of a certificate (RFC 9360), which nobody follows.",
        ),
    ]
}

fn unprotected(kind: Kind) -> Vec<u8> {
    kind.good().get("unprotected").to_vec()
}

/// COSE_Mac0 and COSE_Sign1.
pub(crate) fn proven(kind: Kind) -> Vec<Row> {
    let alg = kind.alg();
    let (kid, proof) = (keys::wire_id(alg), kind.good_proof());
    let named = |name: &[u8]| [&[0xa1, 0x04], &cbor::bytes(name)[..]].concat();
    let flipped = |at: usize| {
        let mut proof = proof.clone();
        proof[at] ^= 1;
        cbor::bytes(proof)
    };
    let mut long = cbor::long_head(2, u64::try_from(proof.len()).unwrap());
    long.extend_from_slice(&proof);
    let mut rows = frame(kind);
    rows.extend([
        part("kid-short", "unprotected", named(&kid[..7]), MALFORMED, "A key id of seven bytes."),
        part("kid-long", "unprotected", named(&[&kid[..], &[0]].concat()), MALFORMED, "A key id of nine bytes."),
        part(
            "kid-text",
            "unprotected",
            [&[0xa1, 0x04][..], &cbor::text("12345678")].concat(),
            MALFORMED,
            "A key id that is text.",
        ),
        part(
            "kid-unknown",
            "unprotected",
            named(b"unknown!"),
            UNKNOWN,
            "A key id that no key has: a hint, and no proof of anything.",
        ),
        part("payload-null", "payload", [0xf6], MALFORMED, "A detached payload (RFC 9052 section 4.1)."),
        part("payload-empty", "payload", cbor::bytes([]), FORGED, "No payload, under the proof of one."),
        part("payload-text", "payload", cbor::text("payload"), MALFORMED, "A payload that is text."),
        part(
            "payload-indefinite",
            "payload",
            [&[0x5f][..], &cbor::bytes([0xa0]), &[0xff]].concat(),
            MALFORMED,
            "A payload in chunks.",
        ),
        part(
            "proof-cut",
            "proof",
            cbor::bytes(&proof[..proof.len() - 1]),
            MALFORMED,
            "A byte of the proof is missing.",
        ),
        part(
            "proof-half",
            "proof",
            cbor::bytes(&proof[..proof.len() / 2]),
            MALFORMED,
            "Half of the proof: truncated MACs and signatures are none.",
        ),
        part("proof-longer", "proof", cbor::bytes([&proof[..], &[0]].concat()), MALFORMED, "A zero behind the proof."),
        part("proof-empty", "proof", cbor::bytes([]), MALFORMED, "No proof."),
        part("proof-zeros", "proof", cbor::bytes(vec![0; proof.len()]), FORGED, "A proof of zeros (CVE-2022-21449)."),
        part("proof-first-bit", "proof", flipped(0), FORGED, "A bit of the proof's first byte is another."),
        part("proof-last-bit", "proof", flipped(proof.len() - 1), FORGED, "A bit of the proof's last byte is another."),
        part("proof-text", "proof", cbor::text("proof"), MALFORMED, "A proof that is text."),
        part("proof-head-long", "proof", long, MALFORMED, "The proof's head is not in its shortest form."),
        part(
            "proof-of-another-key",
            "proof",
            cbor::bytes(other_key(alg, &kind)),
            FORGED,
            "Proven with another key than the one that is named.",
        ),
    ]);
    if alg == Alg::Es256 {
        rows.push(part(
            "proof-der",
            "proof",
            cbor::bytes(signatures::der(&proof)),
            MALFORMED,
            "A signature in DER (RFC 9053 section 2.1: both halves, one behind the other).",
        ));
        rows.push(part(
            "proof-r-is-n",
            "proof",
            cbor::bytes([&signatures::p256_order(), &proof[32..]].concat()),
            FORGED,
            "The first half is the order of the group.",
        ));
        rows.push(part(
            "proof-s-is-zero",
            "proof",
            cbor::bytes([&proof[..32], &[0; 32]].concat()),
            FORGED,
            "The second half is zero.",
        ));
    }
    if alg == Alg::EdDsa {
        rows.push(part(
            "proof-s-not-reduced",
            "proof",
            cbor::bytes(signatures::plus_order(&proof)),
            FORGED,
            "The second half plus the order of the group, which would be a twin (RFC 8032 section 5.1.7).",
        ));
    }
    rows
}

/// With the key that all other signatures here are not made with.
fn other_key(alg: Alg, kind: &Kind) -> Vec<u8> {
    let len = kind.good_proof().len();
    let mac = cose::prove(Alg::Hs512, b"another key");
    match alg {
        Alg::EdDsa => cose::prove(Alg::Es256, b"another key"),
        Alg::Es256 => cose::prove(Alg::EdDsa, b"another key"),
        _ => mac[..len].to_vec(),
    }
}

/// What may be wrong with the ciphertext, its tag and the key that it is made with.
pub(crate) fn sealings(kind: Kind) -> Vec<Row> {
    let alg = kind.alg();
    let sealed = kind.good_proof();
    let flipped = |at: usize| {
        let mut sealed = sealed.clone();
        sealed[at] ^= 0x80;
        cbor::bytes(sealed)
    };
    let context = |alg: Alg| cose::kdf_context(alg);
    let tail = context(alg).split_off(context(alg).len() - 4);
    let short_key = [&context(alg)[..context(alg).len() - 7], &[0x18, 0x80], &tail].concat();
    vec![
        part("ciphertext-null", "ciphertext", [0xf6], MALFORMED, "A detached ciphertext."),
        part("ciphertext-empty", "ciphertext", cbor::bytes([]), MALFORMED, "An empty ciphertext."),
        part(
            "ciphertext-shorter-than-a-tag",
            "ciphertext",
            cbor::bytes(&sealed[..15]),
            MALFORMED,
            "Fifteen bytes: no ciphertext has fewer than its tag's sixteen.",
        ),
        part("ciphertext-tag-alone", "ciphertext", cbor::bytes(&sealed[sealed.len() - 16..]), FORGED, "The tag alone."),
        part(
            "ciphertext-cut",
            "ciphertext",
            cbor::bytes(&sealed[..sealed.len() - 1]),
            FORGED,
            "A byte of the tag is missing.",
        ),
        part(
            "ciphertext-tag-of-twelve",
            "ciphertext",
            cbor::bytes(&sealed[..sealed.len() - 4]),
            FORGED,
            "A tag of twelve bytes (CVE-2018-1000539).",
        ),
        part(
            "ciphertext-longer",
            "ciphertext",
            cbor::bytes([&sealed[..], &[0]].concat()),
            FORGED,
            "A zero behind the tag.",
        ),
        part(
            "ciphertext-first-bit",
            "ciphertext",
            flipped(0),
            FORGED,
            "A bit of the ciphertext's first byte is another.",
        ),
        part(
            "ciphertext-last-bit",
            "ciphertext",
            flipped(sealed.len() - 1),
            FORGED,
            "A bit of the tag's last byte is another.",
        ),
        part(
            "kdf-context-other-alg",
            "kdf context",
            context(if alg == Alg::Root { Alg::RootChaCha } else { Alg::Root }),
            FORGED,
            "The content key was derived for another algorithm (RFC 9053 section 5.2).",
        ),
        part(
            "kdf-context-key-length",
            "kdf context",
            short_key,
            FORGED,
            "The content key was derived as one of 128 bits.",
        ),
        part("kdf-context-empty", "kdf context", [], FORGED, "The content key was derived without a context."),
    ]
}

pub(crate) fn encrypted(kind: Kind) -> Vec<Row> {
    let good = kind.good();
    let iv = |iv: &[u8]| [&[0xa1, 0x05], &cbor::bytes(iv)[..]].concat();
    let salt = |salt: &[u8]| [cbor::negative(19), cbor::bytes(salt)].concat();
    let recipient = good.between("recipient", "recipient ciphertext");
    let mut rows = frame(kind);
    rows.extend(sealings(kind));
    rows.extend([
        part("iv-eleven", "unprotected", iv(b"eleven byte"), MALFORMED, "An IV of eleven bytes (RFC 9053 section 4.1: twelve)."),
        part("iv-thirteen", "unprotected", iv(b"thirteen byte"), MALFORMED, "An IV of thirteen bytes."),
        part("iv-empty", "unprotected", iv(b""), MALFORMED, "An empty IV."),
        part("iv-text", "unprotected", [&[0xa1, 0x05], &cbor::text("twelve bytes")[..]].concat(), MALFORMED, "An IV that is text."),
        part("iv-partial", "unprotected", [&[0xa1, 0x06], &cbor::bytes(b"twelve bytes")[..]].concat(), MALFORMED, "A partial IV (RFC 9052 section 3.1)."),
        part("iv-other", "unprotected", iv(b"TWELVE BYTES"), FORGED, "Another IV than the one that it was encrypted with."),
        part("recipients-none", "recipients", [0x80], MALFORMED, "No recipient, and then one."),
        part("recipients-two", "recipients", [&[0x82], &recipient[..]].concat(), MALFORMED, "Two recipients: a direct mode has one (RFC 9052 section 8.5.1)."),
        part("recipients-long", "recipients", [0x98, 0x01], MALFORMED, "The head of the recipients is not in its shortest form."),
        part("recipient-of-four", "recipient", [0x84], MALFORMED, "A recipient of four elements, the fourth of which is not there."),
        part("recipient-direct", "recipient protected", cbor::bytes([0xa1, 0x01, 0x25]), MALFORMED, "The recipient says `direct`: the key itself, not one derived from it."),
        part("recipient-hkdf-512", "recipient protected", cbor::bytes([0xa1, 0x01, 0x2a]), MALFORMED, "The recipient says direct+HKDF-SHA-512."),
        part("recipient-no-alg", "recipient protected", cbor::bytes([]), MALFORMED, "The recipient says no algorithm."),
        part("recipient-protected-long", "recipient protected", [0x58, 0x03, 0xa1, 0x01, 0x29], MALFORMED, "The recipient's protected header has a head that is not in its shortest form."),
        part("recipient-more", "recipient unprotected", [0xa3, 0x35, 0x40], MALFORMED, "The recipient has a party's nonce as well (RFC 9053 section 5.2)."),
        part("recipient-kid-short", "recipient kid", [&[0x04], &cbor::bytes(b"seven b")[..]].concat(), MALFORMED, "A key id of seven bytes."),
        part("recipient-kid-missing", "recipient kid", [], MALFORMED, "No key id."),
        part("recipient-kid-unknown", "recipient kid", [&[0x04], &cbor::bytes(b"unknown!")[..]].concat(), UNKNOWN, "A key id that no key has."),
        part("salt-missing", "salt", [], MALFORMED, "No salt (RFC 9053 section 6.1.2: it must be there)."),
        part("salt-empty", "salt", salt(b""), MALFORMED, "An empty salt."),
        part("salt-fifteen", "salt", salt(b"fifteen of salt"), MALFORMED, "A salt of fifteen bytes."),
        part("salt-a-zero-longer", "salt", salt(b"sixteen of salt!\0"), MALFORMED, "A zero behind the salt: HMAC pads its key with zeros, so the content key is the same, and nothing authenticates the salt."),
        part("salt-thirty-two", "salt", salt(&[7; 32]), MALFORMED, "A salt of 32 bytes: right by RFC 9053, and not this format's."),
        part("salt-text", "salt", [cbor::negative(19), cbor::text("sixteen of salt!")].concat(), MALFORMED, "A salt that is text."),
        part("recipient-ciphertext", "recipient ciphertext", cbor::bytes([0]), MALFORMED, "The recipient has a ciphertext (RFC 9052 section 8.5.1: zero bytes)."),
        part("recipient-ciphertext-null", "recipient ciphertext", [0xf6], MALFORMED, "The recipient's ciphertext is null."),
    ]);
    rows
}
