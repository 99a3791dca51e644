//! The floor: what somebody would write by hand for one format, one key and one state, to be as fast as the primitives are.
//!
//! Straight-line code over the same primitives (`ring`, `base64`, a serde codec), with prepared keys, prepared additional data and reused
//! buffers, and *the same bytes on the wire*: a token of the floor opens with the library, and the other way round (`main.rs` tries it
//! before anything is timed). It checks what must be checked: the fixed bytes, the key id, the tag, the times, the version, and that
//! nothing stands behind the state; its codec checks UTF-8 and the depth. What it does not have is what a library is for: another key,
//! another context, an error that says what is wrong, the process id.

use base64::{Engine as _, engine::Simd, engine::general_purpose::NO_PAD};
use cbor4ii::{
    core::{
        dec::{Read as _, Reference},
        utils::SliceReader,
    },
    serde::Deserializer,
};
use ring::{
    aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey},
    hkdf, hmac,
    rand::{SecureRandom, SystemRandom},
};
use serde::{Serialize, de::DeserializeOwned};
use std::time::{SystemTime, UNIX_EPOCH};

pub const ABSOLUTE: u64 = 8 * 3_600;
pub const IDLE: u64 = 1_800;

/// What all four forms have in common.
pub struct Common {
    pub base64: Simd,
    pub random: SystemRandom,
    pub buffer: Vec<u8>,
    pub text: String,
}

impl Default for Common {
    fn default() -> Self {
        let (buffer, text) = (Vec::with_capacity(8_192), String::with_capacity(8_192));
        Self { base64: Simd::url_safe(NO_PAD), random: SystemRandom::new(), buffer, text }
    }
}

impl Common {
    pub fn random<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.random.fill(&mut bytes).expect("a system with randomness");
        bytes
    }

    /// Decodes into the buffer, behind `room` bytes.
    fn decode(&mut self, text: &[u8], room: usize) -> usize {
        self.buffer.resize(room + text.len().div_ceil(4) * 3, 0);
        room + self.base64.decode_slice(text, &mut self.buffer[room..]).expect("base64url")
    }
}

pub fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock after 1970").as_secs()
}

fn four(bytes: &[u8]) -> u64 {
    u64::from(u32::from_be_bytes(bytes[..4].try_into().expect("four bytes")))
}

/// The additional data of COSE for this purpose, with no carrier and no bindings (`src/context.rs`).
pub fn external_aad(purpose: &str) -> Vec<u8> {
    let len = u8::try_from(purpose.len()).expect("a short purpose");
    let head = if len < 24 { vec![0x60 + len] } else { vec![0x78, len] };
    [&b"\x86\x69orderslip\x01"[..], &head, purpose.as_bytes(), b"\x40\x80\x80"].concat()
}

pub fn structure(head: &[u8], protected: &[u8], external_aad: &[u8]) -> Vec<u8> {
    let len = u8::try_from(external_aad.len()).expect("short");
    let aad_head = if len < 24 { vec![0x40 + len] } else { vec![0x58, len] };
    let protected_head = [0x40 + u8::try_from(protected.len()).expect("short")];
    [head, &protected_head, protected, &aad_head, external_aad].concat()
}

/// The claims of a slip that begins now, up to its state (`src/claims/cwt.rs`).
fn write_claims(out: &mut Vec<u8>, id: &[u8; 16], now: u64) {
    let time = |time: u64| u32::try_from(time).expect("before 2106").to_be_bytes();
    out.extend_from_slice(b"\xa5\x04\x1a");
    out.extend_from_slice(&time(now + IDLE));
    out.extend_from_slice(b"\x06\x1a");
    out.extend_from_slice(&time(now));
    out.extend_from_slice(b"\x07\x50");
    out.extend_from_slice(id);
    out.extend_from_slice(b"\x3a\x00\x01\x00\x02\x82\x1a");
    out.extend_from_slice(&time(now));
    out.push(0x1a);
    out.extend_from_slice(&time(now + ABSOLUTE));
    out.extend_from_slice(b"\x3a\x00\x01\x00\x00\x82\x01");
}

const CLAIMS: usize = 3 + 4 + 2 + 4 + 2 + 16 + 7 + 4 + 1 + 4 + 7;

/// Checks the claims and gives the state with the slip's id.
fn read_claims(payload: &[u8], now: u64) -> ([u8; 16], &[u8]) {
    let (claims, state) = payload.split_at(CLAIMS);
    assert!(claims[..3] == *b"\xa5\x04\x1a" && claims[7..9] == *b"\x06\x1a" && claims[13..15] == *b"\x07\x50");
    assert!(claims[31..38] == *b"\x3a\x00\x01\x00\x02\x82\x1a" && claims[42] == 0x1a);
    assert!(claims[47..] == *b"\x3a\x00\x01\x00\x00\x82\x01");
    let (expires, sealed) = (four(&claims[3..]), four(&claims[9..]));
    let (began, ends) = (four(&claims[38..]), four(&claims[43..]));
    assert!(began <= sealed && sealed < expires && expires <= ends && sealed <= now && now < expires);
    (claims[15..31].try_into().expect("16 bytes"), state)
}

/// The whole of the state: `from_slice` would not see what stands behind it.
fn read_state<T: DeserializeOwned>(bytes: &[u8]) -> T {
    let mut deserializer = Deserializer::new(SliceReader::new(bytes));
    let state = T::deserialize(&mut deserializer).expect("a state");
    let mut rest = deserializer.into_inner();
    assert!(matches!(rest.fill(1), Ok(Reference::Long([]))), "nothing after it");
    state
}

/// COSE_Encrypt, `direct+HKDF-SHA-256`, A256GCM (`src/envelope/cose/encrypt.rs`).
pub struct Encrypted {
    pub common: Common,
    key: LessSafeKey,
    aad: Vec<u8>,
    kid: [u8; 8],
    salt: [u8; 16],
}

const FRONT: usize = 4 + 3 + 3 + 12 + 3;
const BACK: &[u8] = &[0x81, 0x83, 0x43, 0xa1, 0x01, 0x29, 0xa2, 0x04, 0x48];

impl Encrypted {
    pub fn new(purpose: &str, secret: &[u8], kid: [u8; 8], salt: [u8; 16]) -> Self {
        struct Len;
        impl hkdf::KeyType for Len {
            fn len(&self) -> usize {
                32
            }
        }
        // COSE_KDF_Context of A256GCM (RFC 9053 section 5.2).
        let info = b"\x84\x03\x83\xf6\xf6\xf6\x83\xf6\xf6\xf6\x82\x19\x01\x00\x43\xa1\x01\x29";
        let mut key = [0; 32];
        let prk = hkdf::Salt::new(hkdf::HKDF_SHA256, &salt).extract(secret);
        prk.expand(&[info], Len).and_then(|okm| okm.fill(&mut key)).expect("one block");
        let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &key).expect("32 bytes"));
        let aad = structure(b"\x83\x67Encrypt", &[0xa1, 0x01, 0x03], &external_aad(purpose));
        Self { common: Common::default(), key, aad, kid, salt }
    }

    pub fn seal<T: Serialize>(&mut self, state: &T) -> &str {
        let random = self.common.random::<28>();
        let (id, iv) = random.split_at(16);
        let (id, iv): ([u8; 16], [u8; 12]) = (id.try_into().expect("16"), iv.try_into().expect("12"));
        let out = &mut self.common.buffer;
        out.clear();
        out.resize(FRONT, 0);
        write_claims(out, &id, now());
        cbor4ii::serde::to_writer(&mut *out, state).expect("plain data");
        let nonce = Nonce::assume_unique_for_key(iv);
        let tag = self.key.seal_in_place_separate_tag(nonce, Aad::from(&self.aad), &mut out[FRONT..]).expect("short");
        out.extend_from_slice(tag.as_ref());
        let len = u16::try_from(out.len() - FRONT).expect("short");
        out.extend_from_slice(BACK);
        out.extend_from_slice(&self.kid);
        out.extend_from_slice(&[0x33, 0x50]);
        out.extend_from_slice(&self.salt);
        out.push(0x40);
        // A ciphertext of less than 256 bytes has a head of two bytes, and the front begins one later.
        let start = if len < 256 { 1 } else { 0 };
        out[start..][..10].copy_from_slice(b"\xd8\x60\x84\x43\xa1\x01\x03\xa1\x05\x4c");
        out[start + 10..][..12].copy_from_slice(&iv);
        let [high, low] = len.to_be_bytes();
        if len < 256 {
            out[FRONT - 2..FRONT].copy_from_slice(&[0x58, low]);
        } else {
            out[FRONT - 3..FRONT].copy_from_slice(&[0x59, high, low]);
        }
        self.common.text.clear();
        self.common.base64.encode_string(&out[start..], &mut self.common.text);
        &self.common.text
    }

    pub fn open<T: DeserializeOwned>(&mut self, text: &str) -> ([u8; 16], T) {
        let len = self.common.decode(text.as_bytes(), 0);
        let bytes = &mut self.common.buffer[..len];
        assert!(bytes[..10] == *b"\xd8\x60\x84\x43\xa1\x01\x03\xa1\x05\x4c");
        let iv: [u8; 12] = bytes[10..22].try_into().expect("12");
        let (start, len) = match bytes[22] {
            0x58 => (24, usize::from(bytes[23])),
            head => {
                assert!(head == 0x59);
                (25, usize::from(u16::from_be_bytes([bytes[23], bytes[24]])))
            }
        };
        let (front, back) = bytes.split_at_mut(start + len);
        assert!(back.len() == BACK.len() + 8 + 2 + 16 + 1 && back[..9] == *BACK && back[9..17] == self.kid);
        assert!(back[17..19] == [0x33, 0x50] && back[19..35] == self.salt && back[35] == 0x40);
        let nonce = Nonce::assume_unique_for_key(iv);
        let payload = self.key.open_in_place(nonce, Aad::from(&self.aad), &mut front[start..]).expect("authentic");
        let (id, state) = read_claims(payload, now());
        (id, read_state(state))
    }
}

/// COSE_Mac0, HMAC 256/256 (`src/envelope/cose/proven.rs`).
pub struct Signed {
    pub common: Common,
    key: hmac::Key,
    prefix: Vec<u8>,
    kid: [u8; 8],
}

impl Signed {
    pub fn new(purpose: &str, secret: &[u8], kid: [u8; 8]) -> Self {
        let prefix = structure(b"\x84\x64MAC0", &[0xa1, 0x01, 0x05], &external_aad(purpose));
        assert!(prefix.len() >= 17, "there is room for the front in the place of the prefix");
        Self { common: Common::default(), key: hmac::Key::new(hmac::HMAC_SHA256, secret), prefix, kid }
    }

    pub fn seal<T: Serialize>(&mut self, state: &T) -> &str {
        let id = self.common.random::<16>();
        let out = &mut self.common.buffer;
        let room = self.prefix.len() + 3;
        out.clear();
        out.resize(room, 0);
        write_claims(out, &id, now());
        cbor4ii::serde::to_writer(&mut *out, state).expect("plain data");
        let len = u16::try_from(out.len() - room).expect("short");
        let [high, low] = len.to_be_bytes();
        let short = if len < 256 { 1 } else { 0 };
        if len < 256 {
            out[room - 2..room].copy_from_slice(&[0x58, low]);
        } else {
            out[room - 3..room].copy_from_slice(&[0x59, high, low]);
        }
        out[short..short + self.prefix.len()].copy_from_slice(&self.prefix);
        let tag = hmac::sign(&self.key, &out[short..]);
        out.extend_from_slice(&[0x58, 0x20]);
        out.extend_from_slice(tag.as_ref());
        let start = room - 3 + short - 17;
        out[start..][..9].copy_from_slice(b"\xd1\x84\x43\xa1\x01\x05\xa1\x04\x48");
        out[start + 9..][..8].copy_from_slice(&self.kid);
        self.common.text.clear();
        self.common.base64.encode_string(&out[start..], &mut self.common.text);
        &self.common.text
    }

    pub fn open<T: DeserializeOwned>(&mut self, text: &str) -> ([u8; 16], T) {
        let room = self.prefix.len();
        let end = self.common.decode(text.as_bytes(), room);
        let bytes = &mut self.common.buffer[..end];
        assert!(bytes[room..][..9] == *b"\xd1\x84\x43\xa1\x01\x05\xa1\x04\x48" && bytes[room + 9..][..8] == self.kid);
        let head = room + 17;
        let (start, len) = match bytes[head] {
            0x58 => (head + 2, usize::from(bytes[head + 1])),
            first => {
                assert!(first == 0x59);
                (head + 3, usize::from(u16::from_be_bytes([bytes[head + 1], bytes[head + 2]])))
            }
        };
        assert!(end == start + len + 34 && bytes[start + len..][..2] == [0x58, 0x20]);
        bytes[head - room..head].copy_from_slice(&self.prefix);
        let (message, tag) = bytes.split_at(start + len);
        hmac::verify(&self.key, &message[head - room..], &tag[2..]).expect("authentic");
        let (id, state) = read_claims(&message[start..], now());
        (id, read_state(state))
    }
}
