//! Whatever we accept, josekit or jsonwebtoken accepts, too, with the same payload; what they accept and we refuse is counted by kind
//! of change, and each kind in which that happens is explained here.
//!
//! Ten thousand changed tokens, the same in every run: good ones with something flipped, cut or moved, and bad ones that whoever knows
//! the key has signed or encrypted well.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as B64};
use orderslip::{JweEnc, JwsAlg, Key, Keyring, Opener, SlipState, UnixTime, hazmat};
use ring::{aead, hmac};
use rust_peer::{Josekit, Jsonwebtoken, Peer, Request};
use serde_json::{Value, json};
use std::{collections::BTreeMap, env, fs, path::Path};

const SECRET: &[u8; 32] = b"\x9f\x01\x23\x45\x67\x89\xab\xcd\xef\xfe\xdc\xba\x98\x76\x54\x32\x10 fifteen bytes!";
const NOW: UnixTime = UnixTime::from_secs(1_800_000_000);
const TOKENS: usize = 10_000;

#[derive(serde::Serialize, serde::Deserialize)]
struct Cart {
    lines: Vec<(String, u32)>,
    note: Option<String>,
}

impl SlipState for Cart {
    const PURPOSE: &'static str = "shop.example/cart";
    const VERSION: u16 = 1;
}

const CLAIMS: &str = r#"{"exp":1800003600,"iat":1800000000,"jti":"AAAAAAAAAAAAAAAAAAAAAA","aud":"shop.example/cart","slip":{"v":1,"began":1800000000,"ends":1800028800,"st":{"lines":[["SOUP",1]],"note":null}}}"#;

/// Why others accept what we refuse, by kind of change.
const EXPLAINED: [(&str, &str); 6] = [
    (
        "a header's member added",
        "RFC 7515 lets a reader ignore what it does not know; we refuse what would matter to one who did: keys of the token's own, `b64`, `zip` in a JWS, `enc` in a JWS, an empty `crit`",
    ),
    ("a header's member twice", "RFC 7515 section 4 allows the last to win; a filter in front may take the first"),
    ("a header with escapes", "`\\u0061lg` is `alg` to a parser and not to a filter in front of it"),
    (
        "a header of another type",
        "`kid`, `typ` and `cty` are texts (RFC 7515 section 4.1); numbers and lists are ignored elsewhere",
    ),
    ("a header that nests", "a tree of any depth, which we bound at 16 levels"),
    ("a header of 4 KiB and more", "we bound what is parsed before anything is proven"),
];

/// xorshift64*: the same numbers everywhere.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        usize::try_from(self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33).unwrap() % limit
    }

    fn one_of<'t>(&mut self, all: &[&'t str]) -> &'t str {
        all[self.below(all.len())]
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Format {
    Jws,
    Jwe,
}

impl Format {
    fn header(self) -> &'static str {
        match self {
            Self::Jws => r#"{"alg":"HS256","kid":"k1","typ":"orderslip+jwt"}"#,
            Self::Jwe => r#"{"alg":"dir","enc":"A256GCM","kid":"k1","typ":"orderslip+jwt"}"#,
        }
    }

    /// With a proof that holds over a header as it is spelled.
    fn made(self, header: &str, payload: &[u8]) -> String {
        match self {
            Self::Jws => {
                let input = format!("{header}.{}", B64.encode(payload));
                let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, SECRET), input.as_bytes());
                format!("{input}.{}", B64.encode(tag))
            }
            Self::Jwe => {
                let key = aead::LessSafeKey::new(aead::UnboundKey::new(&aead::AES_256_GCM, SECRET).unwrap());
                let (nonce, aad) = (aead::Nonce::assume_unique_for_key([7; 12]), aead::Aad::from(header.as_bytes()));
                let mut text = payload.to_vec();
                let tag = key.seal_in_place_separate_tag(nonce, aad, &mut text).unwrap();
                format!("{header}..{}.{}.{}", B64.encode([7; 12]), B64.encode(text), B64.encode(tag))
            }
        }
    }

    fn with_header(self, header: &str) -> String {
        self.made(&B64.encode(header), CLAIMS.as_bytes())
    }
}

/// One changed token and the kind of change.
fn changed(dice: &mut Dice, format: Format) -> (&'static str, String) {
    let good = format.with_header(format.header());
    let at = dice.below(good.len());
    let (head, tail) = good.split_at(at);
    let (one, rest) = tail.split_at(1);
    let member = |member: &str| format.with_header(&format.header().replacen('{', &format!("{{{member},"), 1));
    match dice.below(18) {
        0 => (
            "a bit of a character",
            format!("{head}{}{rest}", char::from((one.as_bytes()[0] ^ (1 << dice.below(7))) & 0x7f)),
        ),
        1 => ("a character less", format!("{head}{rest}")),
        2 => ("a character more", format!("{head}{}{tail}", dice.one_of(&["A", "_", "=", ".", " ", "\n", "+", "%"]))),
        3 => ("two characters swapped", {
            let mut bytes = good.clone().into_bytes();
            let other = dice.below(bytes.len());
            bytes.swap(at, other);
            String::from_utf8(bytes).unwrap()
        }),
        4 => ("parts moved", {
            let mut parts: Vec<&str> = good.split('.').collect();
            let (from, to) = (dice.below(parts.len()), dice.below(parts.len()));
            match dice.below(3) {
                0 => parts.swap(from, to),
                1 => parts.insert(to, parts[from]),
                _ => drop(parts.remove(from)),
            }
            parts.join(".")
        }),
        5 | 6 => ("a header's member added", {
            let members = [
                r#""crit":["x"],"x":1"#,
                r#""crit":[]"#,
                r#""crit":["exp"]"#,
                r#""b64":false"#,
                r#""b64":true"#,
                r#""zip":"DEF""#,
                r#""jwk":{"kty":"oct","k":"AA"}"#,
                r#""jku":"https://x""#,
                r#""x5u":"https://x""#,
                r#""x5c":["AA"]"#,
                r#""enc":"A256GCM""#,
                r#""x":1"#,
                r#""x":{"y":[1,2.5]}"#,
                r#""cty":"JWT""#,
            ];
            member(dice.one_of(&members))
        }),
        7 => (
            "a header's member twice",
            member(dice.one_of(&[
                r#""alg":"none""#,
                r#""alg":"HS256""#,
                r#""kid":"k2""#,
                r#""typ":"JWT""#,
                r#""x":1,"x":2"#,
            ])),
        ),
        8 => ("a header with escapes", {
            let from = dice.one_of(&["alg", "kid", "typ", "k1"]);
            let escaped: String = from.chars().map(|c| format!("\\u{:04x}", u32::from(c))).collect();
            format.with_header(&format.header().replace(from, &escaped))
        }),
        9 => ("a header of another type", {
            let (from, to) = [
                (r#""kid":"k1""#, r#""kid":1"#),
                (r#""kid":"k1""#, r#""kid":["k1"]"#),
                (r#""typ":"orderslip+jwt""#, r#""typ":null"#),
                (r#""typ":"orderslip+jwt""#, r#""typ":{}"#),
            ][dice.below(4)];
            format.with_header(&format.header().replace(from, to))
        }),
        10 => ("another algorithm in the header", {
            let from = if format == Format::Jws {
                "HS256"
            } else {
                dice.one_of(&["\"dir\"", "\"A256GCM\""]).trim_matches('"')
            };
            let to = dice.one_of(&[
                "none", "HS512", "hs256", "HS256 ", "ES256", "EdDSA", "A128GCM", "A256KW", "", "RS256", "dir",
            ]);
            format.with_header(&format.header().replacen(from, to, 1))
        }),
        11 => ("a header that nests", {
            let levels = 10 + dice.below(100);
            member(&format!("\"x\":{}{}", "[".repeat(levels), "]".repeat(levels)))
        }),
        12 => ("a header of 4 KiB and more", member(&format!("\"x\":\"{}\"", "y".repeat(3_900 + dice.below(600))))),
        13 => ("a header in another order, with white space", {
            let members: Vec<&str> = format.header().trim_matches(['{', '}']).split(',').collect();
            let start = dice.below(members.len());
            let turned: Vec<&str> = members.iter().cycle().skip(start).take(members.len()).copied().collect();
            format.with_header(&format!("{{ {}\r\n}}", turned.join(" ,\n\t")))
        }),
        14 => ("base64 with padding or spare bits", {
            let header = B64.encode(format.header());
            let last = header.chars().last().unwrap();
            let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
            let next = alphabet.chars().cycle().skip_while(|c| *c != last).nth(1).unwrap();
            let spelled = match dice.below(4) {
                0 => format!("{header}{}", "=".repeat((4 - header.len() % 4) % 4)),
                1 => format!("{}{next}", header.split_at(header.len() - 1).0),
                2 => format!("{header}\n"),
                _ => format!(" {header}"),
            };
            format.made(&spelled, CLAIMS.as_bytes())
        }),
        15 => ("another payload", {
            let payloads = ["", "null", "[]", "{}", "{\"exp\":1e400}", "{\"a\":1,\"a\":2}", "text", "\u{feff}{}"];
            format.made(&B64.encode(format.header()), dice.one_of(&payloads).as_bytes())
        }),
        16 => (
            "a header that is no object",
            format.with_header(dice.one_of(&["", "[]", "null", "\"alg\"", "{", "{}{}", "{\"alg\"}", "\u{feff}{}"])),
        ),
        _ => ("nothing", good),
    }
}

#[test]
fn what_we_accept_others_accept_too() {
    let (mut dice, mut taken) = (Dice(0x6f72_6465_7273_6c69), 0);
    let mut reverse: BTreeMap<&str, usize> = BTreeMap::new();
    let jwk = |alg: &str| json!({ "kty": "oct", "alg": alg, "kid": "k1", "k": B64.encode(SECRET) });
    let formats = [(Format::Jws, "HS256"), (Format::Jwe, "A256GCM")].map(|(format, alg)| {
        let key = Key::from_jwk(&jwk(alg).to_string()).unwrap();
        let ring = Keyring::new(vec![Key::from_jwk(&jwk(alg).to_string()).unwrap()]).unwrap();
        let opener = match format {
            Format::Jws => Opener::<Cart>::jws(&ring, JwsAlg::Hs256),
            Format::Jwe => Opener::<Cart>::jwe(&ring, JweEnc::A256Gcm),
        };
        let enc = if format == Format::Jwe { json!("A256GCM") } else { Value::Null };
        let asked = Request::of(&json!({ "alg": alg, "enc": enc, "jwk": jwk(alg) }));
        (format, key, opener.build().unwrap(), asked)
    });
    for count in 0..TOKENS {
        let (format, key, opener, asked) = &formats[count % 2];
        let (kind, token) = changed(&mut dice, *format);
        let ours = match format {
            Format::Jws => hazmat::jws::verify(&token, key),
            Format::Jwe => hazmat::jwe::open(&token, key),
        };
        let theirs = [Josekit.read(asked, &token), Jsonwebtoken.read(asked, &token)].map(Result::ok);
        let theirs: Vec<Vec<u8>> = theirs.into_iter().flatten().map(|(_, payload)| payload).collect();
        let slip = opener.open_at(&token, NOW);
        match ours {
            Ok(payload) => {
                taken += 1;
                assert!(theirs.contains(&payload), "{kind}: we alone accept {token}");
            }
            Err(_) => {
                assert!(slip.is_err(), "{kind}: a slip in what is not authentic: {token}");
                if !theirs.is_empty() {
                    *reverse.entry(kind).or_default() += 1;
                }
            }
        }
    }
    assert!((TOKENS / 20..TOKENS / 2).contains(&taken), "{taken}");
    let mut table = format!(
        "Of {TOKENS} changed tokens we accept {taken}, and so does at least one of the two, with the same payload. Of those that we refuse:\n\n\
         | changed | accepted elsewhere | why we do not |\n|---|---:|---|\n"
    );
    for (kind, count) in &reverse {
        let why = EXPLAINED.iter().find(|(explained, _)| explained == kind);
        let (_, why) = why.unwrap_or_else(|| panic!("{kind}: {count} that others accept, and no reason why we do not"));
        table += &format!("| {kind} | {count} | {why} |\n");
    }
    println!("{table}");
    compare_with_page(&table);
    for (kind, _) in EXPLAINED {
        assert!(reverse.contains_key(kind), "{kind} is explained, and happens no more");
    }
}

fn compare_with_page(table: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../src/manual/interop.md");
    let page = fs::read_to_string(&path).unwrap();
    let (before, rest) = page.split_once("<!-- begin: stricter -->\n").expect("a place for the table");
    let (found, after) = rest.split_once("<!-- end -->").expect("an end of the table");
    if env::var_os("ORDERSLIP_WRITE_DOCS").is_some_and(|value| value == "1") {
        fs::write(&path, format!("{before}<!-- begin: stricter -->\n{table}<!-- end -->{after}")).unwrap();
    } else {
        assert_eq!(found, table, "src/manual/interop.md: run with ORDERSLIP_WRITE_DOCS=1");
    }
}
