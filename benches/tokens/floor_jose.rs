//! The floor of the JOSE forms: as `floor.rs` has it, for JWS and JWE in the compact serialization (`src/envelope/jose/`, `src/claims/jwt.rs`).

use crate::floor::{ABSOLUTE, Common, IDLE, now};
use base64::Engine as _;
use ring::{
    aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey},
    hmac,
};
use serde::{Serialize, de::DeserializeOwned};

/// The parts of the claims that are the same in all tokens.
struct Claims {
    /// From the end of the id to the beginning.
    middle: String,
}

const EXP: &[u8] = br#"{"exp":"#;
const IAT: &[u8] = br#","iat":"#;
const JTI: &[u8] = br#","jti":""#;
const ENDS: &[u8] = br#","ends":"#;
const STATE: &[u8] = br#","st":"#;

impl Claims {
    fn new(purpose: &str) -> Self {
        Self { middle: format!(r#"","aud":"{purpose}","slip":{{"v":1,"began":"#) }
    }

    fn write<T: Serialize>(&self, common: &mut Common, id: &[u8; 16], state: &T) {
        let out = &mut common.buffer;
        let now = now();
        out.clear();
        out.extend_from_slice(EXP);
        digits(out, now + IDLE);
        out.extend_from_slice(IAT);
        digits(out, now);
        out.extend_from_slice(JTI);
        let mut text = [0; 22];
        common.base64.encode_slice(id, &mut text).expect("22 characters");
        out.extend_from_slice(&text);
        out.extend_from_slice(self.middle.as_bytes());
        digits(out, now);
        out.extend_from_slice(ENDS);
        digits(out, now + ABSOLUTE);
        out.extend_from_slice(STATE);
        serde_json::to_writer(&mut *out, state).expect("plain data");
        out.extend_from_slice(b"}}");
    }

    fn read<T: DeserializeOwned>(&self, common: &Common, payload: &[u8]) -> ([u8; 16], T) {
        let now = now();
        let mut rest = payload;
        let expires = number_after(EXP, &mut rest);
        let sealed = number_after(IAT, &mut rest);
        rest = rest.strip_prefix(JTI).expect("jti");
        let (text, after) = rest.split_at(22);
        let mut id = [0; 18];
        assert!(common.base64.decode_slice(text, &mut id).expect("base64url") == 16);
        rest = after;
        let began = number_after(self.middle.as_bytes(), &mut rest);
        let ends = number_after(ENDS, &mut rest);
        assert!(began <= sealed && sealed < expires && expires <= ends && sealed <= now && now < expires);
        let state = rest.strip_prefix(STATE).and_then(|rest| rest.strip_suffix(b"}}")).expect("the state");
        (id[..16].try_into().expect("16"), serde_json::from_slice(state).expect("a state"))
    }
}

/// Ten digits: this is between 2001 and 2286.
fn digits(out: &mut Vec<u8>, mut number: u64) {
    let mut text = [b'0'; 10];
    for digit in text.iter_mut().rev() {
        *digit = b'0' + u8::try_from(number % 10).expect("a digit");
        number /= 10;
    }
    out.extend_from_slice(&text);
}

fn number_after(label: &[u8], rest: &mut &[u8]) -> u64 {
    let (text, after) = rest.strip_prefix(label).expect("a label").split_at(10);
    *rest = after;
    text.iter().fold(0, |number, digit| {
        assert!(digit.is_ascii_digit());
        number * 10 + u64::from(digit - b'0')
    })
}

/// JWS, HS256.
pub struct Jws {
    common: Common,
    claims: Claims,
    key: hmac::Key,
    /// The header in base64url, with its dot.
    header: String,
}

impl Jws {
    pub fn new(purpose: &str, secret: &[u8], header: &str) -> Self {
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
        Self { common: Common::default(), claims: Claims::new(purpose), key, header: format!("{header}.") }
    }

    pub fn seal<T: Serialize>(&mut self, state: &T) -> &str {
        let id = self.common.random();
        self.claims.write(&mut self.common, &id, state);
        let Common { text, base64, buffer, .. } = &mut self.common;
        text.clear();
        text.push_str(&self.header);
        base64.encode_string(&*buffer, text);
        let tag = hmac::sign(&self.key, text.as_bytes());
        text.push('.');
        base64.encode_string(tag.as_ref(), text);
        text
    }

    pub fn open<T: DeserializeOwned>(&mut self, text: &str) -> ([u8; 16], T) {
        let (signed, tag) = text.as_bytes().split_at(text.len() - 44);
        let payload = signed.strip_prefix(self.header.as_bytes()).expect("our header");
        let mut proof = [0; 33];
        assert!(tag[0] == b'.' && self.common.base64.decode_slice(&tag[1..], &mut proof).expect("base64url") == 32);
        hmac::verify(&self.key, signed, &proof[..32]).expect("authentic");
        let buffer = &mut self.common.buffer;
        buffer.resize(payload.len().div_ceil(4) * 3, 0);
        let len = self.common.base64.decode_slice(payload, buffer).expect("base64url");
        self.claims.read(&self.common, &self.common.buffer[..len])
    }
}

/// JWE, `dir`, A256GCM.
pub struct Jwe {
    common: Common,
    claims: Claims,
    key: LessSafeKey,
    /// The header in base64url.
    header: String,
}

impl Jwe {
    pub fn new(purpose: &str, secret: &[u8], header: &str) -> Self {
        let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, secret).expect("32 bytes"));
        Self { common: Common::default(), claims: Claims::new(purpose), key, header: header.to_owned() }
    }

    pub fn seal<T: Serialize>(&mut self, state: &T) -> &str {
        let random = self.common.random::<28>();
        let (id, iv) = random.split_at(16);
        let (id, iv): ([u8; 16], [u8; 12]) = (id.try_into().expect("16"), iv.try_into().expect("12"));
        self.claims.write(&mut self.common, &id, state);
        let Common { text, base64, buffer, .. } = &mut self.common;
        let (nonce, aad) = (Nonce::assume_unique_for_key(iv), Aad::from(self.header.as_bytes()));
        let tag = self.key.seal_in_place_separate_tag(nonce, aad, buffer).expect("short");
        text.clear();
        text.push_str(&self.header);
        text.push_str("..");
        base64.encode_string(iv, text);
        text.push('.');
        base64.encode_string(&*buffer, text);
        text.push('.');
        base64.encode_string(tag.as_ref(), text);
        text
    }

    pub fn open<T: DeserializeOwned>(&mut self, text: &str) -> ([u8; 16], T) {
        let rest = text.as_bytes().strip_prefix(self.header.as_bytes()).expect("our header");
        let (front, rest) = rest.split_at(19);
        let (ciphertext, tag) = rest.split_at(rest.len() - 23);
        assert!(front[..2] == *b".." && front[18] == b'.' && tag[0] == b'.');
        let base64 = &self.common.base64;
        let (mut iv, buffer) = ([0; 12], &mut self.common.buffer);
        assert!(base64.decode_slice(&front[2..18], &mut iv).expect("base64url") == 12);
        buffer.resize(ciphertext.len().div_ceil(4) * 3 + 18, 0);
        let len = base64.decode_slice(ciphertext, buffer).expect("base64url");
        assert!(base64.decode_slice(&tag[1..], &mut buffer[len..]).expect("base64url") == 16);
        let (nonce, aad) = (Nonce::assume_unique_for_key(iv), Aad::from(self.header.as_bytes()));
        let len = self.key.open_in_place(nonce, aad, &mut buffer[..len + 16]).expect("authentic").len();
        self.claims.read(&self.common, &self.common.buffer[..len])
    }
}
