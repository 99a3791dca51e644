//! What a token is bound to besides its key: purpose, carrier, and whatever else the two sides agree on.
//!
//! It may not know formats or keys. It makes the `external_aad` (RFC 9052 section 4.3), which costs no byte on the
//! wire: a token for another context does not authenticate. Every element carries its own length in CBOR, so two
//! different contexts never give the same bytes (docs/threats.md T24, T25).
//!
//! ```text
//! external_aad = 86 69 "orderslip" 01 tstr(purpose) bstr(carrier) [n × bstr(deployment)] [n × bstr(call)]
//! ```
//!
//! JOSE has no such bytes. There the purpose is the audience, and whatever else a token is bound to travels as a digest of
//! the same bytes: `ctx = base64url(SHA-256(external_aad)[..16])`, in a claim, which the signature or the tag covers.

use crate::{cbor::write::Buffer, crypto, error::Error};
use std::{borrow::Cow, sync::OnceLock};

/// The most bindings of a deployment, and the most of a call: each count stays one byte of the AAD.
///
/// All defaults and limits with their reasons: [`manual::defaults`](crate::manual::defaults).
pub const MAX_BINDINGS: usize = 16;

/// The longest purpose, in bytes.
///
/// All defaults and limits with their reasons: [`manual::defaults`](crate::manual::defaults).
pub const MAX_PURPOSE: usize = 64;

/// The version of the layout above.
const CONTEXT_VERSION: u64 = 1;

/// Whether a purpose is fit for use: not empty, printable ASCII, at most [`MAX_PURPOSE`] bytes. Checked at compile time.
pub(crate) const fn is_purpose(purpose: &str) -> bool {
    let mut rest = purpose.as_bytes();
    if rest.is_empty() || rest.len() > MAX_PURPOSE {
        return false;
    }
    while let [first, tail @ ..] = rest {
        if !first.is_ascii_graphic() {
            return false;
        }
        rest = tail;
    }
    true
}

/// What all tokens of a sealer are bound to.
pub(crate) struct Context {
    /// Everything up to the bindings of a call.
    prefix: Vec<u8>,
    /// The whole, for calls without bindings.
    unbound: Vec<u8>,
    /// What messages with a protected header authenticate with it: of the two that one format has.
    made: [OnceLock<Made>; 2],
    /// What a JOSE token says of it.
    #[cfg(feature = "jose")]
    declared: Declared,
}

struct Made {
    protected: Box<[u8]>,
    authenticated: Vec<u8>,
}

/// What a JOSE token says of its context, in claims.
#[cfg(feature = "jose")]
pub(crate) struct Declared {
    purpose: String,
    /// The members of a claims set that say all of it, for calls without bindings.
    members: String,
    /// Of the deployment alone, for calls without bindings; none if it binds nothing either.
    digest: Option<String>,
}

/// Half of a SHA-256: 128 bits, against which nobody finds a second context (RFC 6920 section 9.4 has its like).
#[cfg(feature = "jose")]
const DIGEST_LEN: usize = 16;

#[cfg(feature = "jose")]
fn digest_text(external_aad: &[u8]) -> String {
    crate::bytes::public_text(crypto::sha256(external_aad).get(..DIGEST_LEN).unwrap_or_default())
}

#[cfg(feature = "jose")]
fn members(purpose: &str, digest: Option<&str>) -> String {
    let audience = format!(r#""aud":{}"#, crate::json::quoted(purpose));
    match digest {
        None => audience,
        Some(digest) => format!(r#"{audience},"ctx":"{digest}""#),
    }
}

impl Context {
    pub(crate) fn new(purpose: &str, carrier: &[u8], deployment: &[Vec<u8>]) -> Result<Self, Error> {
        let mut out = prefix(purpose, carrier, deployment)?;
        let prefix = out.bytes().to_vec();
        append::<Vec<u8>>(&mut out, &[])?;
        let unbound = out.bytes().to_vec();
        #[cfg(feature = "jose")]
        let declared = {
            let is_bound = !carrier.is_empty() || !deployment.is_empty();
            let digest = is_bound.then(|| digest_text(&unbound));
            Declared { purpose: purpose.to_owned(), members: members(purpose, digest.as_deref()), digest }
        };
        Ok(Self {
            prefix,
            unbound,
            made: [const { OnceLock::new() }; 2],
            #[cfg(feature = "jose")]
            declared,
        })
    }

    /// The audience of a JOSE token (`aud`).
    #[cfg(feature = "jose")]
    pub(crate) fn audience(&self) -> &str {
        &self.declared.purpose
    }

    /// What a JOSE token says of its context: `"aud":"…"`, and `"ctx":"…"` if there is anything besides its purpose.
    #[cfg(feature = "jose")]
    pub(crate) fn declared(&self, call: &Call) -> Cow<'_, str> {
        match &call.0 {
            None => Cow::Borrowed(&self.declared.members),
            Some(_) => Cow::Owned(members(&self.declared.purpose, self.digest(call).as_deref())),
        }
    }

    /// The digest of all that a JOSE token is bound to (`ctx`), if there is anything besides its purpose.
    #[cfg(feature = "jose")]
    pub(crate) fn digest(&self, call: &Call) -> Option<Cow<'_, str>> {
        match &call.0 {
            None => self.declared.digest.as_deref().map(Cow::Borrowed),
            Some(_) => Some(Cow::Owned(digest_text(&self.external_aad(call)))),
        }
    }

    /// The bytes that authenticate this call's context.
    pub(crate) fn external_aad(&self, call: &Call) -> Cow<'_, [u8]> {
        match &call.0 {
            None => Cow::Borrowed(&self.unbound),
            Some(bound) => Cow::Owned([&self.prefix[..], &bound.encoded].concat()),
        }
    }
}

impl Context {
    /// What messages with this protected header authenticate of this call's context, in the form that their format gives it. It is made
    /// once for all calls without bindings; one context is of one format.
    #[inline]
    pub(crate) fn aad(&self, call: &Call, protected: &[u8], make: impl Fn(&[u8]) -> Vec<u8>) -> Cow<'_, [u8]> {
        if call.0.is_none() {
            for place in &self.made {
                let make = || Made { protected: protected.into(), authenticated: make(&self.unbound) };
                let made = place.get_or_init(make);
                // Three bytes or four: a call of `memcmp` would take longer.
                if made.protected.len() == protected.len() && made.protected.iter().eq(protected) {
                    return Cow::Borrowed(&made.authenticated);
                }
            }
        }
        Cow::Owned(make(&self.external_aad(call)))
    }
}

/// Everything up to the bindings of a call.
fn prefix<B: AsRef<[u8]>>(purpose: &str, carrier: &[u8], deployment: &[B]) -> Result<Buffer, Error> {
    let mut out = Buffer::default();
    out.cbor().array(6).text("orderslip").uint(CONTEXT_VERSION).text(purpose).bytes(carrier);
    append(&mut out, deployment)?;
    Ok(out)
}

/// The bytes that authenticate a context without bindings of a call, for whoever has it once.
pub(crate) fn external_aad<B: AsRef<[u8]>>(purpose: &str, carrier: &[u8], deployment: &[B]) -> Result<Buffer, Error> {
    let mut out = prefix(purpose, carrier, deployment)?;
    append::<B>(&mut out, &[])?;
    Ok(out)
}

/// What one call is bound to in addition: a tenant, a session id, a request method.
#[derive(Clone)]
pub(crate) struct Call(Option<Bound>);

#[derive(Clone)]
struct Bound {
    encoded: Vec<u8>,
    digest: CallDigest,
}

/// What a slip remembers of the bindings it was opened with.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct CallDigest([u8; 32]);

impl Call {
    pub(crate) const UNBOUND: Self = Self(None);

    pub(crate) fn new<B: AsRef<[u8]>>(bindings: &[B]) -> Result<Self, Error> {
        if bindings.is_empty() {
            return Ok(Self::UNBOUND);
        }
        let mut out = Buffer::default();
        append(&mut out, bindings)?;
        let encoded = out.bytes().to_vec();
        let digest = CallDigest(crypto::sha256(&encoded));
        Ok(Self(Some(Bound { encoded, digest })))
    }

    pub(crate) fn digest(&self) -> Option<CallDigest> {
        self.0.as_ref().map(|bound| bound.digest)
    }
}

fn append<B: AsRef<[u8]>>(out: &mut Buffer, bindings: &[B]) -> Result<(), Error> {
    match u64::try_from(bindings.len()) {
        Ok(len) if bindings.len() <= MAX_BINDINGS => drop(out.cbor().array(len)),
        _ => return Err(Error::misuse("more than 16 bindings")),
    }
    for binding in bindings {
        out.cbor().bytes(binding.as_ref());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashMap;

    #[test]
    fn the_bytes_are_as_documented() {
        let context = Context::new("shop/cart", b"", &[]).unwrap();
        let unbound = context.external_aad(&Call::UNBOUND);
        assert_eq!(&*unbound, b"\x86\x69orderslip\x01\x69shop/cart\x40\x80\x80");
        let context = Context::new("p", b"cookie", &[b"prod".to_vec()]).unwrap();
        let call = Call::new(&["a", "bc"]).unwrap();
        assert_eq!(&*context.external_aad(&call), b"\x86\x69orderslip\x01\x61p\x46cookie\x81\x44prod\x82\x41a\x42bc");
    }

    #[test]
    fn sixteen_bindings_and_no_more() {
        assert!(Call::new(&["x"; 16]).is_ok());
        assert!(Call::new(&["x"; 17]).is_err_and(|e| e.is_misuse()));
        assert!(Context::new("p", b"", &vec![vec![]; 17]).is_err_and(|e| e.is_misuse()));
    }

    #[test]
    fn t24_purposes_are_printable_ascii() {
        assert!(is_purpose("a") && is_purpose(&"a".repeat(64)));
        for bad in ["", " a", "a\n", "ä", &"a".repeat(65)] {
            assert!(!is_purpose(bad), "{bad:?}");
        }
    }

    type Parts = (String, Vec<u8>, Vec<Vec<u8>>, Vec<Vec<u8>>);

    /// Few letters and short strings, so that pieces often meet at other borders.
    fn parts() -> impl Strategy<Value = Parts> {
        let bytes = || proptest::collection::vec(0x40_u8..0x43, 0..3);
        let list = || proptest::collection::vec(bytes(), 0..4);
        ("[ab]{1,3}", bytes(), list(), list())
    }

    proptest! {
        #[test]
        #[cfg_attr(miri, ignore = "large contexts, and long")]
        fn t24_no_two_contexts_collide(all in proptest::collection::vec(parts(), 2..60)) {
            let mut seen: HashMap<Vec<u8>, Parts> = HashMap::new();
            for parts in all {
                let context = Context::new(&parts.0, &parts.1, &parts.2).unwrap();
                let aad = context.external_aad(&Call::new(&parts.3).unwrap()).into_owned();
                let first = seen.entry(aad).or_insert_with(|| parts.clone());
                prop_assert_eq!(&*first, &parts);
            }
        }
    }
}
