//! A slip for services in other languages: a token, and the few lines of JavaScript and Python that verify it.
//!
//! ```console
//! $ cargo run --example interop_jwt                            # shows the token, the public keys and both programs
//! $ cargo run --example interop_jwt -- --python | python3 -    # needs: pip install pyjwt[crypto]
//! $ cargo run --example interop_jwt -- --javascript > ticket.mjs && node ticket.mjs    # needs: npm install jose
//! ```
//!
//! You see: each program prints `seat 12 of row F, verified`, from a token that it could not have made, with nothing but the
//! public keys. What they must not leave out is marked: algorithm, `typ`, `aud`, `exp`.

use orderslip::{Alg, Error, JwsAlg, Key, Keyring, Lifetime, Sealer, SlipState};
use serde::{Deserialize, Serialize};
use std::time::Duration;

#[derive(Serialize, Deserialize)]
struct Ticket {
    row: char,
    seat: u16,
}

impl SlipState for Ticket {
    const PURPOSE: &'static str = "fair.example/ticket";
    const VERSION: u16 = 1;
}

fn main() -> Result<(), Error> {
    // On real servers: from a file or the environment. Verifiers get `public_jwks()`, by HTTP or any other way.
    let keys = Keyring::new(vec![Key::generate(Alg::Es256)?])?;
    let office = Sealer::<Ticket>::jws(&keys, JwsAlg::Es256)
        .lifetime(Lifetime::absolute(Duration::from_secs(24 * 3600)))
        .build()?;
    let token = office.seal(&Ticket { row: 'F', seat: 12 })?;
    let jwks = keys.public_jwks();

    let fill = |program: &str| program.replace("@TOKEN@", &token).replace("@JWKS@", &jwks);
    match std::env::args().nth(1).as_deref() {
        Some("--python") => print!("{}", fill(PYTHON)),
        Some("--javascript") => print!("{}", fill(JAVASCRIPT)),
        _ => {
            println!("The token ({} characters):\n\n{token}\n", token.len());
            println!("The public keys (application/jwk-set+json):\n\n{jwks}\n");
            println!("Python, with PyJWT:\n\n{}", fill(PYTHON));
            println!("JavaScript, with jose:\n\n{}", fill(JAVASCRIPT));
        }
    }
    Ok(())
}

const PYTHON: &str = r#"import jwt

token = "@TOKEN@"
keys = jwt.PyJWKSet.from_json('''@JWKS@''')

header = jwt.get_unverified_header(token)
assert header["typ"] == "orderslip+jwt"           # a slip, and no other JWT of that service
claims = jwt.decode(
    token,
    keys[header["kid"]].key,
    algorithms=["ES256"],                         # the key's, never the token's
    audience="fair.example/ticket",               # what the slip is for: SlipState::PURPOSE
    options={"require": ["exp", "aud"]},
)
assert claims["slip"]["v"] == 1                   # SlipState::VERSION
assert "ctx" not in claims                        # bound to nothing that is not known here
ticket = claims["slip"]["st"]
print(f"seat {ticket['seat']} of row {ticket['row']}, verified")
"#;

const JAVASCRIPT: &str = r#"import { createLocalJWKSet, jwtVerify } from "jose";

const token = "@TOKEN@";
const keys = createLocalJWKSet(@JWKS@);

const { payload } = await jwtVerify(token, keys, {
  typ: "orderslip+jwt",                           // a slip, and no other JWT of that service
  algorithms: ["ES256"],                          // the key's, never the token's
  audience: "fair.example/ticket",                // what the slip is for: SlipState::PURPOSE
  requiredClaims: ["exp", "aud"],
});
if (payload.slip.v !== 1 || payload.ctx !== undefined) throw new Error("another version, or bound to something");
const ticket = payload.slip.st;
console.log(`seat ${ticket.seat} of row ${ticket.row}, verified`);
"#;
