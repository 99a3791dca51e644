//! The tables of `docs/scale.md`, reckoned from measured figures and from the assumptions that stand here and on the page.
//!
//! It may not know how anything was measured.

use crate::figures::{Figures, Operation, Redis};

const RATES: [f64; 3] = [1e3, 1e5, 1e7];
/// Requests a second for one server.
const PER_HOST: f64 = 10_000.0;
/// Fewer are no fleet.
const FEWEST_HOSTS: f64 = 3.0;
/// Of requests, how many end in a token: those that write, and those whose slip has half its idle time behind it. And the worst case.
const SEALED: [f64; 2] = [0.1, 1.0];
/// How long a token is good for if nobody comes back: the idle time, in seconds.
const IDLE: f64 = 1_800.0;
/// One request a minute for each session that a store holds.
const SESSIONS_PER_RATE: f64 = 60.0;
const YEAR: f64 = 365.25 * 86_400.0;
/// Of one content key (`src/envelope/cose/epoch.rs`).
const EPOCH_TOKENS: f64 = 1_048_576.0;
const EPOCH_SECS: f64 = 3_600.0;
/// Drawers, and content keys in one (`src/key/derived.rs`).
const DRAWERS: f64 = 256.0;
const DRAWER: usize = 16;
const STATES: [&str; 3] = ["Session", "Cart10", "Cart30"];

pub fn all(figures: &Figures) -> Vec<(&'static str, String)> {
    vec![
        ("set-up", set_up(figures)),
        ("measured", measured(figures)),
        ("keys and IVs", ivs()),
        ("jwe", jwe()),
        ("epochs", epochs(figures)),
        ("misses", misses(figures)),
        ("cores", cores(figures)),
        ("wire", wire(figures)),
        ("store", store(figures)),
        ("ring", ring(figures)),
    ]
}

fn hosts(rate: f64) -> f64 {
    (rate / PER_HOST).max(FEWEST_HOSTS)
}

/// How long an epoch of one sealer lasts, in seconds.
fn epoch(rate: f64, sealed: f64) -> f64 {
    (EPOCH_TOKENS / (rate * sealed / hosts(rate))).min(EPOCH_SECS)
}

/// Content keys of which tokens are in use at one moment: those being sealed with, and those whose last token is not yet over.
fn live(rate: f64, sealed: f64) -> f64 {
    hosts(rate) * (1.0 + IDLE / epoch(rate, sealed))
}

/// The share of `live` content keys, all asked for alike, that find no room: what is over in each drawer, over which they spread as a
/// Poisson distribution says.
fn missed(live: f64) -> f64 {
    let mean = live / DRAWERS;
    let mut probability = (-mean).exp();
    let mut kept = 0.0;
    let mut seen = 0.0;
    for count in 0..DRAWER {
        kept += probability * count as f64;
        seen += probability;
        probability *= mean / (count + 1) as f64;
    }
    ((mean - kept - (1.0 - seen) * DRAWER as f64) / mean).max(0.0)
}

fn table(head: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    let marks: Vec<String> = (0..head.len()).map(|at| if at == 0 { "---" } else { "---:" }.to_owned()).collect();
    let head = line(head.iter().map(|&cell| cell.to_owned()).collect()) + &line(marks);
    rows.into_iter().fold(head, |table, row| table + &line(row))
}

/// Three figures, and a unit's prefix in words.
fn number(value: f64) -> String {
    let (value, unit) = match value {
        value if value >= 1e12 => return format!("{value:.1e}"),
        value if value >= 1e9 => (value / 1e9, " G"),
        value if value >= 1e6 => (value / 1e6, " M"),
        value if value >= 1e4 => (value / 1e3, " k"),
        value => (value, ""),
    };
    let places = if value >= 100.0 || value == value.round() {
        0
    } else {
        usize::from(value >= 1.0) + 2 * usize::from(value < 1.0)
    };
    format!("{value:.places$}{unit}")
}

fn period(secs: f64) -> String {
    match secs {
        secs if secs < 120.0 => format!("{secs:.0} s"),
        secs if secs < 7_200.0 => format!("{:.0} min", secs / 60.0),
        secs if secs < 172_800.0 => format!("{:.1} h", secs / 3_600.0),
        secs if secs < 2.0 * YEAR => format!("{:.0} days", secs / 86_400.0),
        secs => format!("{:.0} years", secs / YEAR),
    }
}

fn percent(share: f64) -> String {
    match share * 100.0 {
        share if share >= 10.0 => format!("{share:.0} %"),
        share if share >= 0.01 => format!("{share:.2} %"),
        share if share > 1e-6 => format!("{share:.0e} %"),
        _ => "0".to_owned(),
    }
}

/// A probability, as a power of two.
fn power(probability: f64) -> String {
    format!("2^{:.0}", probability.log2())
}

fn each_load(row: impl Fn(f64, f64) -> Vec<String>) -> Vec<Vec<String>> {
    let loads = RATES.into_iter().flat_map(|rate| SEALED.map(|sealed| (rate, sealed)));
    loads.map(|(rate, sealed)| [vec![number(rate), percent(sealed)], row(rate, sealed)].concat()).collect()
}

fn set_up(figures: &Figures) -> String {
    let redis = figures.redis.as_ref().map_or("no Redis".to_owned(), |redis| format!("Redis {}", redis.version));
    format!("{}; {}; {redis}, on loopback.\n", figures.machine, figures.rustc)
}

fn measured(figures: &Figures) -> String {
    let of = |name: &str, value: String| vec![name.to_owned(), value];
    let nanos = |value: f64| format!("{value:.0} ns");
    let mut rows = Vec::new();
    for state in STATES {
        for what in ["seal", "open", "reseal"] {
            let figure = figures.token(&format!("encrypted named/{state}/{what}"));
            rows.push(of(&format!("{what}, `encrypted`, {state}"), nanos(figure)));
        }
    }
    rows.push(of("open, Session, one epoch, median", nanos(figures.open_by_epochs[&1][0])));
    rows.push(of("open, Session, content key derived, median", nanos(figures.miss)));
    rows.push(of("memory of one key's content keys, full", format!("{:.1} MB", figures.memory / 1e6)));
    rows.push(of("for one content key", format!("{:.0} B", figures.memory / f64::from(figures.capacity))));
    table(&["measured", ""], rows)
}

fn ivs() -> String {
    let rows = each_load(|rate, sealed| {
        let tokens = rate * sealed;
        let epochs = (tokens * YEAR / EPOCH_TOKENS).max(hosts(rate) * YEAR / EPOCH_SECS);
        let each = (tokens * YEAR / epochs).min(EPOCH_TOKENS);
        // Birthday bounds: n² / 2^(bits + 1).
        let in_one = each * each / 2_f64.powi(97);
        let salts = epochs * epochs / 2_f64.powi(129);
        vec![number(tokens), number(epochs), power(in_one), power(epochs * in_one), power(salts)]
    });
    let head = [
        "requests/s",
        "sealed",
        "tokens/s",
        "epochs a year",
        "two IVs alike, one epoch",
        "any epoch of a year",
        "two salts alike in a year",
    ];
    table(&head, rows)
}

fn jwe() -> String {
    let rows = each_load(|rate, sealed| {
        let tokens = rate * sealed;
        let at_stop = 2_f64.powi(31) * hosts(rate);
        vec![
            period(2_f64.powi(32) / tokens),
            period(2_f64.powi(31) / (tokens / hosts(rate))),
            power(at_stop * at_stop / 2_f64.powi(97)),
        ]
    });
    let head =
        ["requests/s", "sealed", "2^32 tokens of one key after", "a process stops after", "two IVs alike by then"];
    table(&head, rows)
}

fn epochs(figures: &Figures) -> String {
    let rows = each_load(|rate, sealed| {
        let live = live(rate, sealed);
        let each = figures.memory / f64::from(figures.capacity);
        let held = live.min(f64::from(figures.capacity)) * each;
        vec![
            number(hosts(rate)),
            period(epoch(rate, sealed)),
            number(live.round()),
            percent(missed(live)),
            percent((1.0 - 64.0 / live).max(0.0)),
            format!("{:.2} MB", held / 1e6),
        ]
    });
    let head = [
        "requests/s",
        "sealed",
        "servers",
        "an epoch lasts",
        "live content keys",
        "opens that derive",
        "with 64 remembered",
        "memory a server",
    ];
    table(&head, rows)
}

fn misses(figures: &Figures) -> String {
    let nanos = |value: f64| format!("{value:.0} ns");
    let by_epochs = figures.open_by_epochs.iter().map(|(tokens, [each, one])| {
        let share = percent(missed(f64::from(*tokens)));
        vec![tokens.to_string(), nanos(*one), nanos(*each), nanos(each - one), share]
    });
    let last = ["24,000, one after the other", "", &nanos(figures.miss), &nanos(derivation(figures)), "100 %"];
    let rows = by_epochs.chain([last.map(str::to_owned).to_vec()]);
    table(&["tokens", "of one epoch", "each of its own", "more", "derived, reckoned"], rows)
}

/// What deriving a content key and remembering it adds to opening a token, as it is where so many tokens are opened.
fn derivation(figures: &Figures) -> f64 {
    figures.open_by_epochs.values().last().map_or(0.0, |[_, one]| figures.miss - one)
}

fn cores(figures: &Figures) -> String {
    let miss = derivation(figures);
    let rows = each_load(|rate, sealed| {
        let of = |state: &str| {
            let open = figures.token(&format!("encrypted named/{state}/open"));
            let reseal = figures.token(&format!("encrypted named/{state}/reseal"));
            number(rate * (open + sealed * reseal) / 1e9)
        };
        let derived = rate * missed(live(rate, sealed)) * miss / 1e9;
        [STATES.map(of).to_vec(), vec![number(derived), number(rate * miss / 1e9)]].concat()
    });
    let head = ["requests/s", "sealed", "Session", "Cart10", "Cart30", "more, for deriving", "if every open derived"];
    table(&head, rows)
}

fn bits(rate: f64, bytes: f64) -> String {
    format!("{}bit/s", unit(rate * bytes * 8.0))
}

fn unit(value: f64) -> String {
    let number = number(value);
    if number.contains(' ') { number } else { format!("{number} ") }
}

fn wire(figures: &Figures) -> String {
    let mut rows = Vec::new();
    for rate in RATES {
        for (name, [up, down]) in &figures.cookie {
            let (up, down) = (f64::from(*up) - f64::from(figures.id_cookie[0]), f64::from(*down));
            rows.push(vec![
                number(rate),
                name.clone(),
                format!("{up:.0} B"),
                bits(rate, up),
                format!("{down:.0} B"),
                bits(rate * SEALED[0], down),
                bits(rate * SEALED[1], down),
            ]);
        }
    }
    let head =
        ["requests/s", "state", "`Cookie`, more than an id", "up", "`Set-Cookie`", "down, 10 % sealed", "down, 100 %"];
    table(&head, rows)
}

fn store(figures: &Figures) -> String {
    let Some(redis) = &figures.redis else {
        return "No Redis was installed where the figures were measured.\n".to_owned();
    };
    let measured = |name: &str, operation: &Operation| {
        let Operation { round_trip, client, server, client_of_64, server_of_64, wire } = operation;
        vec![
            name.to_owned(),
            format!("{:.1} µs", round_trip / 1e3),
            format!("{:.1} + {:.1} µs", client / 1e3, server / 1e3),
            format!("{:.1} + {:.1} µs", client_of_64 / 1e3, server_of_64 / 1e3),
            format!("{wire} B"),
        ]
    };
    let head =
        ["Session, 232 bytes", "round trip at best", "CPU, client + server", "with 64 in flight", "bytes, both ways"];
    let first = table(&head, [measured("GET", &redis.get), measured("SET … EX", &redis.set)]);
    let second = each_load(|rate, sealed| fleet(figures, redis, rate, sealed));
    let head = [
        "requests/s",
        "sealed or written",
        "cores, store, one at a time",
        "64 in flight",
        "cores, slips",
        "instances, 64 in flight",
        "memory",
        "network inside",
    ];
    let notes = format!("A session takes {:.0} B of the store's memory.\n", redis.memory);
    format!("{first}\n{notes}\n{}", table(&head, second))
}

fn fleet(figures: &Figures, redis: &Redis, rate: f64, sealed: f64) -> Vec<String> {
    let cost = |of: &dyn Fn(&Operation) -> f64| rate * (of(&redis.get) + sealed * of(&redis.set));
    let open = figures.token("encrypted named/Session/open");
    let reseal = figures.token("encrypted named/Session/reseal");
    vec![
        number(cost(&|it| it.client + it.server) / 1e9),
        number(cost(&|it| it.client_of_64 + it.server_of_64) / 1e9),
        number(rate * (open + sealed * reseal) / 1e9),
        number((cost(&|it| it.server_of_64) / 1e9).ceil()),
        format!("{}B", unit(rate * SESSIONS_PER_RATE * redis.memory)),
        format!("{}bit/s", unit(cost(&|it| f64::from(it.wire) * 8.0))),
    ]
}

fn ring(figures: &Figures) -> String {
    // A key opens until the longest life of its tokens is over, and one waits for its turn.
    let rows = [(86_400.0, "a day"), (7.0 * 86_400.0, "a week"), (90.0 * 86_400.0, "90 days")].map(|(every, name)| {
        let keys = |life: f64| (life / every).ceil() + 2.0;
        let of = |life: f64| format!("{:.0} keys, {} B", keys(life), number(keys(life) * figures.ring_key));
        vec![name.to_owned(), of(8.0 * 3_600.0), of(30.0 * 86_400.0)]
    });
    let first = table(&["a new key every", "slips live 8 h", "slips live 30 days"], rows);
    let keys = 4.0;
    let rows = RATES.map(|rate| {
        let hosts = hosts(rate);
        vec![number(rate), number(hosts), number(hosts / 60.0), bits(hosts / 60.0, keys * figures.ring_key)]
    });
    format!(
        "{first}\n{}",
        table(&["requests/s", "servers", "asking once a minute: requests/s", "for a ring of 4 keys"], rows)
    )
}
