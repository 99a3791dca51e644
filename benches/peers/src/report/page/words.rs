//! The words of the page: what a reader must know to read its tables, and what they do not say.

pub const HOW_TO_READ: [&str; 5] = [
    "All contenders take turns in one process, a sample of about 150 µs each, on the thread's own clock. What is shown is the \
     **minimum** of all samples: whatever else a machine does can only add to a sample. Compare times of one table, and no time with \
     one of another machine.",
    "*Seal* is from the typed state to the text that goes into a cookie, *open* from that text to the typed state, verified and in \
     time. Before it is timed each contender has opened its own token and compared the state, and refused the token with one \
     character changed, in four places.",
    "Expiry is switched on wherever a peer has it: jsonwebtoken, josekit, jwt-simple, the PASETO crates, tower-sessions, seshcookie, \
     biscuit-auth, Fernet and Branca check one. The jars of `cookie` have none, and the server side of actix-session's cookie store \
     checks none.",
    "Ours carry more than most peers: an id, when the state was sealed, when it expires, when it began and when it ends, the state's \
     version, and the id of the key.",
    "*Size* is in characters, as the value of a cookie; where a value is percent-encoded it differs by some from token to token. \
     Ratios are of sealing and opening together, rounded down: *× ours, `encrypted`* says how many times as long the contender takes \
     as our `encrypted` does, whatever it promises; *× ours alike* as that of ours which promises the same in the same dress: \
     `encrypted` and `signed`, and for JWTs `jwe` and `jws`.",
];

pub const CONTENDERS: &str = "The states are those of `tests/kit/states.rs`: a session, and carts of ten and thirty lines. *Claims* are what a library takes when \
    the state is one claim of a token, *bytes* where it takes any payload and the time is checked by hand. jsonwebtoken runs with both \
    of its backends in one process, by a provider that forwards. No peer is missing: all of them build.";

pub const FLOOR: &str = "How much of the time is the library's own: straight-line code on the same primitives, for one key and one state, with the same bytes \
    on the wire (`benches/tokens`; `cargo bench --bench tokens`). Rounded up. Below 1, something of ours is faster than what that code \
    takes from a crate.";

pub const STORES: &str = "What a token saves: the same state in a store that runs on the same machine, read and written back once, on the wall clock. A \
    token's column is *both* above. Between machines the network comes on top.";

pub const LIMITS: [&str; 8] = [
    "**A token is not faster than memory.** A `HashMap` of states in the process (above) beats every token here, and it is the right \
     choice for one process whose state may be lost.",
    "**Nothing about EdDSA and ES256.** There the primitive is nearly everything, other libraries have faster ones than `ring`, and \
     no comparison is made: the rows of key pairs have no ratio.",
    "**The carts are synthetic**: few titles, much repetition. Nothing is compressed here, so sizes are fair; whoever compresses \
     should measure carts of his own.",
    "**What is opened is owned.** Much of opening is reading the state and allocating its strings, in every library: a type with \
     fewer of them is faster in all.",
    "**One thread, warm caches, the same token again and again.** A server that sees each token once pays more for all of them.",
    "**Sizes are of these states.** With a state of a few bytes the envelope is what counts, and ours has times, an id and a salt in \
     it.",
    "biscuit-auth is for attenuation and policies, and PASETO keys and JWTs are understood elsewhere: speed is not why one takes \
     them.",
    "seshcookie is timed with its layer around it, as there is no other public way in: a part of its time is the layer's.",
];

pub const AGAIN: &str = "That builds every peer (OpenSSL's headers and pkg-config are needed), runs them, Redis and PostgreSQL if `redis-server`, `postgres` \
    and `initdb` are in the path, and the bench `tokens`, and writes this page, its picture, and the README's sentence about speed and \
    its row of sizes. `-- --gates` says how many times as fast as its peers the library has to be, and fails if it is not; without \
    `--features all` with the peers of the gates alone. CI runs the peers of the gates alone, and holds no gates. Close the browser first.";
