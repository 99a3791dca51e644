//! josekit and jsonwebtoken behind one face: read a token, write one, take up a JWK, make one.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as B64};
use josekit::{jwe, jwk::Jwk, jws};
use jsonwebtoken as jwt;
use serde_json::{Map, Value};

/// What is asked of a peer.
pub struct Request {
    pub alg: String,
    pub enc: Option<String>,
    pub jwk: Map<String, Value>,
    pub audience: Option<String>,
    pub bits: u64,
}

impl Request {
    pub fn of(request: &Value) -> Self {
        let text = |name: &str| request[name].as_str().map(str::to_owned);
        Self {
            alg: text("alg").unwrap_or_default(),
            enc: text("enc"),
            jwk: request["jwk"].as_object().cloned().unwrap_or_default(),
            audience: text("audience"),
            bits: request["bits"].as_u64().unwrap_or(256),
        }
    }

    fn bytes(&self, name: &str) -> Vec<u8> {
        B64.decode(self.jwk.get(name).and_then(Value::as_str).unwrap_or_default()).unwrap_or_default()
    }
}

type Answer<T> = Result<T, String>;
pub type Header = Map<String, Value>;

pub trait Peer {
    fn read(&self, asked: &Request, token: &str) -> Answer<(Header, Vec<u8>)>;
    fn write(&self, asked: &Request, header: &Header, payload: &[u8]) -> Answer<String>;
    /// The thumbprint, if the library makes any, and the JWK as it writes it.
    fn take_up(&self, asked: &Request) -> Answer<(Option<String>, Value)>;
    fn make(&self, asked: &Request) -> Answer<Value>;
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}

/// <https://crates.io/crates/josekit>
pub struct Josekit;

impl Josekit {
    /// Without the members by which it would want the algorithm `dir` of a content key.
    fn jwk(asked: &Request) -> Answer<Jwk> {
        let mut members = asked.jwk.clone();
        if asked.enc.is_some() {
            members.remove("alg");
        }
        Jwk::from_map(members).map_err(text)
    }
}

impl Peer for Josekit {
    fn read(&self, asked: &Request, token: &str) -> Answer<(Header, Vec<u8>)> {
        let jwk = Self::jwk(asked)?;
        if let Some(enc) = &asked.enc {
            let decrypter = jwe::Dir.decrypter_from_jwk(&jwk).map_err(text)?;
            let (payload, header) = jwe::deserialize_compact(token, &decrypter).map_err(text)?;
            if header.content_encryption() != Some(enc) {
                return Err("another content encryption".to_owned());
            }
            return Ok((header.claims_set().clone(), payload));
        }
        let verifier: Box<dyn jws::JwsVerifier> = match asked.alg.as_str() {
            "HS256" => Box::new(jws::HS256.verifier_from_jwk(&jwk).map_err(text)?),
            "HS384" => Box::new(jws::HS384.verifier_from_jwk(&jwk).map_err(text)?),
            "HS512" => Box::new(jws::HS512.verifier_from_jwk(&jwk).map_err(text)?),
            "EdDSA" => Box::new(jws::EdDSA.verifier_from_jwk(&jwk).map_err(text)?),
            "ES256" => Box::new(jws::ES256.verifier_from_jwk(&jwk).map_err(text)?),
            other => return Err(other.to_owned()),
        };
        let (payload, header) = jws::deserialize_compact(token, &*verifier).map_err(text)?;
        Ok((header.claims_set().clone(), payload))
    }

    fn write(&self, asked: &Request, header: &Header, payload: &[u8]) -> Answer<String> {
        let jwk = Self::jwk(asked)?;
        if asked.enc.is_some() {
            let header = jwe::JweHeader::from_map(header.clone()).map_err(text)?;
            let encrypter = jwe::Dir.encrypter_from_jwk(&jwk).map_err(text)?;
            return jwe::serialize_compact(payload, &header, &encrypter).map_err(text);
        }
        let header = jws::JwsHeader::from_map(header.clone()).map_err(text)?;
        let signer: Box<dyn jws::JwsSigner> = match asked.alg.as_str() {
            "HS256" => Box::new(jws::HS256.signer_from_jwk(&jwk).map_err(text)?),
            "HS384" => Box::new(jws::HS384.signer_from_jwk(&jwk).map_err(text)?),
            "HS512" => Box::new(jws::HS512.signer_from_jwk(&jwk).map_err(text)?),
            "EdDSA" => Box::new(jws::EdDSA.signer_from_jwk(&jwk).map_err(text)?),
            "ES256" => Box::new(jws::ES256.signer_from_jwk(&jwk).map_err(text)?),
            other => return Err(other.to_owned()),
        };
        jws::serialize_compact(payload, &header, &*signer).map_err(text)
    }

    fn take_up(&self, asked: &Request) -> Answer<(Option<String>, Value)> {
        Ok((None, Value::Object(Self::jwk(asked)?.as_ref().clone())))
    }

    fn make(&self, asked: &Request) -> Answer<Value> {
        let made = match asked.alg.as_str() {
            "ES256" => Jwk::generate_ec_key(josekit::jwk::alg::ec::EcCurve::P256),
            "EdDSA" => Jwk::generate_ed_key(josekit::jwk::alg::ed::EdCurve::Ed25519),
            _ => Jwk::generate_oct_key(u8::try_from(asked.bits / 8).map_err(text)?),
        };
        made.map(|jwk| Value::Object(jwk.as_ref().clone())).map_err(text)
    }
}

/// <https://crates.io/crates/jsonwebtoken>
pub struct Jsonwebtoken;

impl Jsonwebtoken {
    fn alg(asked: &Request) -> Answer<jwt::Algorithm> {
        match asked.enc {
            Some(_) => Err("no JWE".to_owned()),
            None => asked.alg.parse().map_err(text),
        }
    }

    /// It has private keys as PKCS#8 (RFC 5958, RFC 5915, RFC 8410) only.
    fn encoding_key(asked: &Request) -> jwt::EncodingKey {
        let (k, d) = (asked.bytes("k"), asked.bytes("d"));
        match asked.alg.as_str() {
            "EdDSA" => {
                let head = b"\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20";
                jwt::EncodingKey::from_ed_der(&[&head[..], &d].concat())
            }
            "ES256" => {
                let head =
                    b"\x30\x81\x87\x02\x01\x00\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\
                    \x03\x01\x07\x04\x6d\x30\x6b\x02\x01\x01\x04\x20";
                let point = [&b"\xa1\x44\x03\x42\x00\x04"[..], &asked.bytes("x"), &asked.bytes("y")].concat();
                jwt::EncodingKey::from_ec_der(&[&head[..], &d, &point].concat())
            }
            _ => jwt::EncodingKey::from_secret(&k),
        }
    }
}

impl Peer for Jsonwebtoken {
    fn read(&self, asked: &Request, token: &str) -> Answer<(Header, Vec<u8>)> {
        let alg = Self::alg(asked)?;
        let jwk: jwt::jwk::Jwk = serde_json::from_value(Value::Object(asked.jwk.clone())).map_err(text)?;
        let key = jwt::DecodingKey::from_jwk(&jwk).map_err(text)?;
        let mut validation = jwt::Validation::new(alg);
        match &asked.audience {
            Some(audience) => validation.set_audience(&[audience]),
            None => {
                validation.validate_exp = false;
                validation.validate_aud = false;
                validation.required_spec_claims.clear();
            }
        }
        let found = jwt::decode::<Box<serde_json::value::RawValue>>(token, &key, &validation).map_err(text)?;
        let header = serde_json::to_value(&found.header).map_err(text)?;
        Ok((header.as_object().cloned().unwrap_or_default(), found.claims.get().as_bytes().to_vec()))
    }

    fn write(&self, asked: &Request, header: &Header, payload: &[u8]) -> Answer<String> {
        let mut made = jwt::Header::new(Self::alg(asked)?);
        made.typ = header.get("typ").and_then(Value::as_str).map(str::to_owned);
        made.kid = header.get("kid").and_then(Value::as_str).map(str::to_owned);
        let claims: Box<serde_json::value::RawValue> = serde_json::from_slice(payload).map_err(text)?;
        jwt::encode(&made, &claims, &Self::encoding_key(asked)).map_err(text)
    }

    fn take_up(&self, asked: &Request) -> Answer<(Option<String>, Value)> {
        let jwk: jwt::jwk::Jwk = serde_json::from_value(Value::Object(asked.jwk.clone())).map_err(text)?;
        let thumbprint = jwk.thumbprint(jwt::jwk::ThumbprintHash::SHA256).map_err(text)?;
        Ok((Some(thumbprint), serde_json::to_value(&jwk).map_err(text)?))
    }

    fn make(&self, _: &Request) -> Answer<Value> {
        Err("makes no keys".to_owned())
    }
}
