//! The kinds of tokens that there are vectors of, taken apart and put together.

use crate::{
    file::Vector,
    forge::{
        NOW, base64url, cbor,
        claims::{ABSOLUTE, ID, IDLE, SPAN, STATE, external_aad},
        cose, hex, jose,
        keys::{self, Alg},
    },
    parts::Parts,
};

pub(crate) const PURPOSE: &str = "vectors.example/order";
pub(crate) const VERSION: u64 = 2;

/// `{"lines": {"SOUP": 2}, "note": null}`
pub(crate) fn state() -> Vec<u8> {
    let lines = cbor::map(&[cbor::text("SOUP"), cbor::uint(2)]);
    cbor::map(&[cbor::text("lines"), lines, cbor::text("note"), vec![0xf6]])
}

pub(crate) const JSON: &str = r#"{"lines":{"SOUP":2},"note":null}"#;

#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Kind {
    Encrypted(Alg),
    Proven(Alg),
    Jws(Alg),
    Jwe(Alg),
}

impl Kind {
    pub(crate) fn alg(self) -> Alg {
        let (Self::Encrypted(alg) | Self::Proven(alg) | Self::Jws(alg) | Self::Jwe(alg)) = self;
        alg
    }

    /// As the files have it.
    pub(crate) fn format(self) -> &'static str {
        match self {
            Self::Encrypted(_) => "encrypted",
            Self::Proven(Alg::Hs256) => "signed",
            Self::Proven(Alg::EdDsa) => "publicly-signed EdDSA",
            Self::Proven(_) => "publicly-signed ES256",
            Self::Jws(Alg::Hs256) => "jws HS256",
            Self::Jws(Alg::Hs384) => "jws HS384",
            Self::Jws(Alg::Hs512) => "jws HS512",
            Self::Jws(Alg::EdDsa) => "jws EdDSA",
            Self::Jws(_) => "jws ES256",
            Self::Jwe(Alg::A128Gcm) => "jwe A128GCM",
            Self::Jwe(_) => "jwe A256GCM",
        }
    }

    pub(crate) fn folder(self) -> String {
        match self {
            Self::Encrypted(Alg::RootChaCha) => "encrypted-chacha".to_owned(),
            _ => self.format().to_lowercase().replace(' ', "-"),
        }
    }

    /// What is asked of a reader: how it is set up, but for one thing.
    pub(crate) fn question(self, other: Option<(&str, &str)>) -> Vec<(&'static str, String)> {
        let mut question = vec![
            ("subject", "slip".to_owned()),
            ("format", self.format().to_owned()),
            ("purpose", PURPOSE.to_owned()),
            ("now", NOW.to_string()),
            ("keys", keys::jwks(&[self.alg()])),
        ];
        if let Some((name, value)) = other {
            match question.iter_mut().find(|(found, _)| *found == name) {
                Some((_, old)) => value.clone_into(old),
                None if name == "binding" => question.push(("binding", value.to_owned())),
                None => question.push(("carrier", value.to_owned())),
            }
        }
        question
    }

    pub(crate) fn good(self) -> Parts {
        match self {
            Self::Encrypted(_) | Self::Proven(_) => self.good_cose(),
            Self::Jws(_) | Self::Jwe(_) => self.good_jose(),
        }
    }

    pub(crate) fn token(self, parts: &Parts) -> String {
        match self {
            Self::Encrypted(alg) => base64url(encrypted(alg, parts)),
            Self::Proven(alg) => base64url(proven(alg, parts)),
            Self::Jws(alg) => jws(alg, parts),
            Self::Jwe(alg) => jwe(alg, parts),
        }
    }

    fn good_cose(self) -> Parts {
        let alg = self.alg();
        let kid = keys::wire_id(alg);
        let mut parts = vec![
            ("external aad", external_aad(PURPOSE, "", &[], &[])),
            // claims
            ("claims", vec![0xa5]),
            ("exp", [vec![0x04], cbor::uint(NOW + IDLE)].concat()),
            ("iat", [vec![0x06], cbor::uint(NOW)].concat()),
            ("cti", [vec![0x07], cbor::bytes(ID)].concat()),
            ("span", [SPAN.to_vec(), cbor::array(&[cbor::uint(NOW), cbor::uint(NOW + ABSOLUTE)])].concat()),
            ("state claim", [&STATE[..], &[0x82]].concat()),
            ("version", cbor::uint(VERSION)),
            ("state", state()),
            ("behind the claims", vec![]),
            // message
            ("in front", vec![]),
        ];
        match self {
            Self::Encrypted(_) => parts.extend([
                ("structure", b"Encrypt".to_vec()),
                ("kdf context", cose::kdf_context(alg)),
                ("tag", vec![0xd8, 0x60]),
                ("array", vec![0x84]),
                ("protected head", vec![0x40 + u8::try_from(cose::protected(alg).len()).unwrap()]),
                ("protected", cose::protected(alg)),
                ("unprotected", cbor::map(&[cbor::uint(5), cbor::bytes(cose::IV)])),
                ("ciphertext", vec![]),
                ("recipients", vec![0x81]),
                ("recipient", vec![0x83]),
                ("recipient protected", cbor::bytes([0xa1, 0x01, 0x29])),
                ("recipient unprotected", vec![0xa2]),
                ("recipient kid", [vec![0x04], cbor::bytes(kid)].concat()),
                ("salt", [cbor::negative(19), cbor::bytes(cose::SALT)].concat()),
                ("recipient ciphertext", cbor::bytes([])),
            ]),
            _ => parts.extend([
                ("structure", if alg == Alg::Hs256 { b"MAC0".to_vec() } else { b"Signature1".to_vec() }),
                ("tag", vec![if alg == Alg::Hs256 { 0xd1 } else { 0xd2 }]),
                ("array", vec![0x84]),
                ("protected head", vec![0x43]),
                ("protected", cose::protected(alg)),
                ("unprotected", cbor::map(&[cbor::uint(4), cbor::bytes(kid)])),
                ("payload", vec![]),
                ("proof", vec![]),
            ]),
        }
        parts.push(("behind", vec![]));
        Parts::new(parts)
    }

    fn good_jose(self) -> Parts {
        let claims = [
            ("brace", "{".to_owned()),
            ("exp", format!(r#""exp":{},"#, NOW + IDLE)),
            ("iat", format!(r#""iat":{NOW},"#)),
            ("jti", format!(r#""jti":"{}","#, base64url(ID))),
            ("aud", format!(r#""aud":"{PURPOSE}","#)),
            ("slip", r#""slip":{"#.to_owned()),
            ("v", r#""v":2,"#.to_owned()),
            ("began", format!(r#""began":{NOW},"#)),
            ("ends", format!(r#""ends":{},"#, NOW + ABSOLUTE)),
            ("st", format!(r#""st":{JSON}"#)),
            ("braces", "}}".to_owned()),
            ("behind the claims", String::new()),
        ];
        let mut parts: Vec<(&'static str, Vec<u8>)> = vec![("header", jose::header(self.alg()).into_bytes())];
        parts.extend(claims.map(|(name, text)| (name, text.into_bytes())));
        match self {
            Self::Jwe(_) => parts.extend([
                ("encrypted key", vec![]),
                ("iv", cose::IV.to_vec()),
                ("ciphertext", vec![]),
                ("authentication tag", vec![]),
            ]),
            _ => parts.push(("proof", vec![])),
        }
        Parts::new(parts)
    }

    /// The good vector, with everything that another implementation may want to compare on its way.
    pub(crate) fn describe_good(self, parts: &Parts) -> Vector {
        let comment = "Nothing is wrong. All the others of this folder differ from it in one thing.";
        let mut vector = Vector::new(comment, "opens");
        for (name, value) in self.question(None) {
            vector = vector.with(name, value);
        }
        vector = vector.with("state", JSON);
        if matches!(self, Self::Jws(_) | Self::Jwe(_)) {
            let claims = parts.between("brace", "behind the claims");
            return vector.with("payload", hex(&claims)).about(self.token(parts));
        }
        vector = vector.with("payload", hex(&payload(parts))).with("external-aad", hex(parts.get("external aad")));
        if let Self::Encrypted(alg) = self {
            let context = cose::kdf_context(alg);
            vector = vector
                .with("kdf-context", hex(&context))
                .with("content-key", hex(&cose::hkdf_sha256(&keys::secret(alg), &cose::SALT, &context)));
        }
        vector.about(self.token(parts))
    }

    /// The proof of the good one: a MAC, a signature, or a ciphertext with its tag.
    pub(crate) fn good_proof(self) -> Vec<u8> {
        let parts = self.good();
        match self {
            Self::Encrypted(alg) => ciphertext(alg, &parts),
            Self::Proven(alg) => proof(alg, &parts),
            Self::Jws(alg) => cose::prove(alg, jws_input(&parts).as_bytes()),
            Self::Jwe(alg) => jwe_sealed(alg, &parts),
        }
    }
}

fn payload(parts: &Parts) -> Vec<u8> {
    parts.between("claims", "behind the claims")
}

fn structure(parts: &Parts, more: &[&[u8]]) -> Vec<u8> {
    let name = std::str::from_utf8(parts.get("structure")).unwrap();
    cose::structure(name, &[&[parts.get("protected"), parts.get("external aad")], more].concat())
}

fn proof(alg: Alg, parts: &Parts) -> Vec<u8> {
    cose::prove(alg, &structure(parts, &[&payload(parts)]))
}

/// What stands in a part, or, if it is empty, what follows from the others.
fn or(given: &[u8], computed: impl FnOnce() -> Vec<u8>) -> Vec<u8> {
    if given.is_empty() { computed() } else { given.to_vec() }
}

fn proven(alg: Alg, parts: &Parts) -> Vec<u8> {
    let front = [parts.get("in front").to_vec(), parts.between("tag", "array")].concat();
    let head = parts.get("protected head");
    let protected = if parts.get("protected").len() == 3 {
        [head, parts.get("protected")].concat()
    } else {
        cbor::bytes(parts.get("protected"))
    };
    let payload = or(parts.get("payload"), || cbor::bytes(payload(parts)));
    let proof = or(parts.get("proof"), || cbor::bytes(proof(alg, parts)));
    [front, protected, parts.get("unprotected").to_vec(), payload, proof, parts.get("behind").to_vec()].concat()
}

fn ciphertext(alg: Alg, parts: &Parts) -> Vec<u8> {
    // Whoever reads another salt, or a longer one, uses it; what is no salt at all is none.
    let salt = parts.get("salt");
    let salt = salt.get(if salt.get(1) == Some(&0x58) { 3 } else { 2 }..).unwrap_or_default();
    let key = cose::hkdf_sha256(&keys::secret(alg), salt, parts.get("kdf context"));
    cose::encrypt(alg, &key, cose::IV, &structure(parts, &[]), &payload(parts))
}

fn encrypted(alg: Alg, parts: &Parts) -> Vec<u8> {
    let front = [parts.get("in front").to_vec(), parts.between("tag", "array")].concat();
    let head = parts.get("protected head");
    let usual = usize::from(head[0] & 0x1f) == parts.get("protected").len() || head.len() > 1;
    let protected = if usual { [head, parts.get("protected")].concat() } else { cbor::bytes(parts.get("protected")) };
    let ciphertext = or(parts.get("ciphertext"), || cbor::bytes(ciphertext(alg, parts)));
    [front, protected, parts.get("unprotected").to_vec(), ciphertext, parts.between("recipients", "behind")].concat()
}

fn jws_input(parts: &Parts) -> String {
    format!("{}.{}", base64url(parts.get("header")), base64url(parts.between("brace", "behind the claims")))
}

fn jws(alg: Alg, parts: &Parts) -> String {
    let input = jws_input(parts);
    let proof = or(parts.get("proof"), || cose::prove(alg, input.as_bytes()));
    format!("{input}.{}", base64url(proof))
}

fn jwe_sealed(alg: Alg, parts: &Parts) -> Vec<u8> {
    let aad = base64url(parts.get("header"));
    let claims = parts.between("brace", "behind the claims");
    cose::encrypt(alg, &keys::secret(alg), cose::IV, aad.as_bytes(), &claims)
}

fn jwe(alg: Alg, parts: &Parts) -> String {
    let sealed = jwe_sealed(alg, parts);
    let (ciphertext, tag) = sealed.split_at(sealed.len() - 16);
    let ciphertext = or(parts.get("ciphertext"), || ciphertext.to_vec());
    let tag = or(parts.get("authentication tag"), || tag.to_vec());
    let rest = [parts.get("encrypted key"), parts.get("iv"), &ciphertext, &tag].map(base64url).join(".");
    format!("{}.{rest}", base64url(parts.get("header")))
}

/// An external_aad of other things.
pub(crate) fn other_aad(purpose: &str, carrier: &str) -> Vec<u8> {
    external_aad(purpose, carrier, &[], &[])
}
