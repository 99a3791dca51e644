//! What can be asked for, and how it is written. The help text is made from here.
//!
//! It may not know how anything is done.

use crate::uses::Use;
use clap::{Args as ClapArgs, Parser, Subcommand};
use orderslip::{RotationPolicy, UnixTime};
use std::{
    path::PathBuf,
    time::{Duration, SystemTime},
};

/// Keys for a fleet of servers whose sessions are held by the clients, and what stands in a token.
#[derive(Debug, Parser)]
#[command(name = "orderslip", version, after_help = EXIT_CODES)]
pub(crate) struct Args {
    /// Print one JSON object; times are Unix seconds
    #[arg(long, global = true)]
    pub(crate) json: bool,

    /// Act as if it were this time, for rehearsals: Unix seconds or RFC 3339
    #[arg(long, global = true, value_name = "TIME", value_parser = time, env = "ORDERSLIP_NOW")]
    pub(crate) now: Option<UnixTime>,

    #[command(subcommand)]
    pub(crate) command: Command,
}

const EXIT_CODES: &str = "\
Exit codes: 0 done; 1 something was found, or a change was refused, that would log people out; 2 arguments; 3 the ring, \
the key or the token is no good; 4 a file or the system did not answer.";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make, change and look at a ring of keys
    Keys {
        #[command(subcommand)]
        command: Keys,
    },
    /// Do the servers that have these rings agree?
    Doctor(Doctor),
    /// Show what stands in a token
    Inspect(Inspect),
    /// Make a token, for tests of a service
    Mint(Mint),
}

#[derive(Debug, Subcommand)]
pub(crate) enum Keys {
    /// Make a new ring, in a new file
    New(New),
    /// Show or set what the schedule must allow for
    Policy(Policy),
    /// Add the next key: it opens at once and seals later
    Stage(Stage),
    /// Let a key seal sooner, or later, or again
    Promote(Promote),
    /// Give a key its end, when no token of it will be alive any more
    Retire(Retire),
    /// Let a key open and seal nothing from now on
    Revoke(Revoke),
    /// Erase the secrets of keys that are over; their ids stay
    Prune(Ring),
    /// Would anybody be logged out?
    Check(Check),
    /// Print the public keys as a JWK Set, for services that verify
    Public(Ring),
    /// List the keys
    Show(Show),
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Ring {
    /// The file of the ring
    #[arg(value_name = "RING")]
    pub(crate) path: PathBuf,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct New {
    #[command(flatten)]
    pub(crate) ring: Ring,

    /// What the keys are for [default: encrypted, signed, ed25519 and es256]
    #[arg(long = "use", value_name = "USE", value_delimiter = ',')]
    pub(crate) uses: Vec<Use>,

    /// How long it takes until every server has a new ring, and its clock may be off
    #[arg(long, value_name = "DURATION", value_parser = duration, default_value = "1h")]
    pub(crate) propagation: Duration,

    /// The longest that any token lives: absolute lifetime, and leeway twice [default: 400 days, the longest that browsers keep a cookie]
    #[arg(long, value_name = "DURATION", value_parser = duration, default_value = "400d", hide_default_value = true)]
    pub(crate) longest_life: Duration,
}

/// What the schedule must allow for, where the ring does not say it.
#[derive(Clone, Copy, Debug, ClapArgs)]
pub(crate) struct Allow {
    /// How long it takes until every server has a new ring, and its clock may be off [default: what the ring says]
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub(crate) propagation: Option<Duration>,

    /// The longest that any token lives: absolute lifetime, and leeway twice [default: what the ring says]
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub(crate) longest_life: Option<Duration>,
}

impl Allow {
    /// What was said here comes before what the ring says; none if neither says both.
    pub(crate) fn policy(&self, of_ring: Option<&RotationPolicy>) -> Option<RotationPolicy> {
        Some(RotationPolicy {
            propagation: self.propagation.or(of_ring.map(|policy| policy.propagation))?,
            longest_life: self.longest_life.or(of_ring.map(|policy| policy.longest_life))?,
        })
    }
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Policy {
    #[command(flatten)]
    pub(crate) ring: Ring,
    #[command(flatten)]
    pub(crate) allow: Allow,
}

/// When a key begins to seal.
#[derive(Clone, Copy, Debug, ClapArgs)]
#[group(multiple = false)]
pub(crate) struct When {
    /// So long from now
    #[arg(long = "in", value_name = "DURATION", value_parser = duration)]
    pub(crate) after: Option<Duration>,

    /// At this time: Unix seconds or RFC 3339
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub(crate) at: Option<UnixTime>,
}

impl When {
    pub(crate) fn time(&self, now: UnixTime, otherwise: Duration) -> UnixTime {
        self.at.unwrap_or_else(|| now.saturating_add(self.after.unwrap_or(otherwise)))
    }
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Emergency {
    /// Do it although people will be logged out, for this reason, which the report repeats
    #[arg(long = "emergency", value_name = "REASON", value_parser = reason)]
    pub(crate) reason: Option<String>,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Stage {
    #[command(flatten)]
    pub(crate) ring: Ring,

    /// What the next key is for [default: a key for every use that the ring has]
    #[arg(long = "use", value_name = "USE", value_delimiter = ',')]
    pub(crate) uses: Vec<Use>,

    /// When it seals [default: as soon as every server has it]
    #[command(flatten)]
    pub(crate) when: When,

    /// Do not give the last key an end
    #[arg(long)]
    pub(crate) keep_previous: bool,

    #[command(flatten)]
    pub(crate) allow: Allow,
    #[command(flatten)]
    pub(crate) emergency: Emergency,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Promote {
    #[command(flatten)]
    pub(crate) key: ChosenKey,
    #[command(flatten)]
    pub(crate) when: When,
    #[command(flatten)]
    pub(crate) allow: Allow,
    #[command(flatten)]
    pub(crate) emergency: Emergency,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct ChosenKey {
    #[command(flatten)]
    pub(crate) ring: Ring,

    /// The key's id, or the beginning of it; or `sealing:USE`, `next:USE`
    #[arg(value_name = "KEY", allow_hyphen_values = true)]
    pub(crate) id: String,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Retire {
    #[command(flatten)]
    pub(crate) key: ChosenKey,
    #[command(flatten)]
    pub(crate) allow: Allow,
}

#[derive(Debug, ClapArgs)]
#[group(id = "why", required = true, multiple = false, args = ["reason", "emergency"])]
pub(crate) struct Revoke {
    #[command(flatten)]
    pub(crate) key: ChosenKey,

    /// Why; kept in the ring. Refused if nothing would seal after it
    #[arg(long, value_name = "REASON", value_parser = reason)]
    pub(crate) reason: Option<String>,

    /// Why, and do it even if nothing seals after it
    #[arg(long, value_name = "REASON", value_parser = reason)]
    pub(crate) emergency: Option<String>,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Check {
    #[command(flatten)]
    pub(crate) ring: Ring,
    #[command(flatten)]
    pub(crate) allow: Allow,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Show {
    #[command(flatten)]
    pub(crate) ring: Ring,

    /// Print the whole ring as a JWK Set, with all secrets
    #[arg(long)]
    pub(crate) reveal: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Doctor {
    /// The files of the rings
    #[arg(value_name = "RING", num_args = 2.., required = true)]
    pub(crate) rings: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) allow: Allow,
}

/// What a token is bound to.
#[derive(Debug, ClapArgs)]
pub(crate) struct Bound {
    /// The cookie's name, if the token came in one
    #[arg(long, value_name = "NAME", default_value = "", hide_default_value = true)]
    pub(crate) carrier: String,

    /// A binding of the deployment (`Builder::bind`); repeat it in their order
    #[arg(long, value_name = "TEXT")]
    pub(crate) bind: Vec<String>,

    /// A binding of the call (`Sealer::bound`); repeat it in their order
    #[arg(long, value_name = "TEXT")]
    pub(crate) bound: Vec<String>,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Inspect {
    /// The token, or `-` to read it from standard input, which keeps it out of the shell's history
    #[arg(value_name = "TOKEN", allow_hyphen_values = true)]
    pub(crate) token: String,

    /// The ring that should have its key
    #[arg(long, value_name = "RING")]
    pub(crate) ring: Option<PathBuf>,

    /// Authenticate it for this purpose (`SlipState::PURPOSE`)
    #[arg(long, value_name = "PURPOSE", requires = "ring")]
    pub(crate) purpose: Option<String>,

    #[command(flatten)]
    pub(crate) bound: Bound,

    /// Print the state, too
    #[arg(long)]
    pub(crate) reveal: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Mint {
    /// The ring that has the key
    #[arg(long, value_name = "RING")]
    pub(crate) ring: PathBuf,

    /// `SlipState::PURPOSE`
    #[arg(long, value_name = "PURPOSE")]
    pub(crate) purpose: String,

    /// `SlipState::VERSION`
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    pub(crate) state_version: u16,

    /// Who can read it and who can make it
    #[arg(long = "use", value_name = "USE", default_value = "encrypted")]
    pub(crate) format: Use,

    /// How long it lives
    #[arg(long, value_name = "DURATION", value_parser = duration, default_value = "10m")]
    pub(crate) lifetime: Duration,

    /// The state as JSON, or `-` to read it from standard input
    #[arg(long, value_name = "JSON")]
    pub(crate) state: String,

    /// A JWS instead of a COSE message, if the key is for either
    #[arg(long)]
    pub(crate) jose: bool,

    #[command(flatten)]
    pub(crate) bound: Bound,

    /// Without these words no token is made: whoever has it is whomever it names
    #[arg(long)]
    pub(crate) for_testing: bool,
}

fn duration(text: &str) -> Result<Duration, String> {
    let duration = humantime::parse_duration(text).map_err(|error| error.to_string())?;
    if duration.subsec_nanos() == 0 { Ok(duration) } else { Err("not whole seconds".to_owned()) }
}

fn time(text: &str) -> Result<UnixTime, String> {
    if let Ok(seconds) = text.parse() {
        return Ok(UnixTime::from_secs(seconds));
    }
    let time: SystemTime = humantime::parse_rfc3339_weak(text).map_err(|error| error.to_string())?;
    UnixTime::try_from(time).map_err(|error| error.to_string())
}

fn reason(text: &str) -> Result<String, String> {
    if text.trim().is_empty() { Err("a reason says something".to_owned()) } else { Ok(text.to_owned()) }
}
