//! No reader allocates more than a fixed multiple of what it is given, whatever that claims, nests or repeats.
//!
//! It knows the readers (`parsers`) and the allocator (`watching`), and of neither how it works. An input of N bytes may take [`EACH`] · N
//! and [`ONCE`] in all, counted over every block, and no block may be larger than [`BLOCK`] · N and [`ONCE`].
#![expect(unsafe_code, reason = "an allocator cannot be written without")]

mod kit;
mod parsers;
mod watching;

use watching::allocations;

/// Bytes for each byte: measured, and rounded up to where another list of anything per byte would be seen.
const EACH: usize = 24;

/// Bytes of one block for each byte.
const BLOCK: usize = 8;

/// Of a file of keys, which is read as a whole: three bytes can be an element of a list that grows.
const FILE_EACH: usize = 48;
const FILE_BLOCK: usize = 24;

/// What any call may take besides: a plan's lines, a token's text, the keys of a ring made ready.
const ONCE: usize = 48 * 1024;

#[test]
fn t11_t37_no_reader_takes_more_than_a_multiple_of_its_input() {
    let (mut most, mut most_of_one) = ((0, String::new()), (0, String::new()));
    for parser in parsers::all() {
        // What is kept by the thread and by the key is there already.
        (parser.read)(&parser.sample);
        for len in [60, 1_000, 8_000, 60_000] {
            let step = (parser.sample.len() / 30).max(1);
            for input in parsers::hostile(&parser.sample, len, step) {
                let ((), total, largest) = allocations(|| (parser.read)(&input));
                let told = || {
                    format!(
                        "{}: {} of {:?}",
                        parser.name,
                        input.len(),
                        String::from_utf8_lossy(&input[..input.len().min(60)])
                    )
                };
                assert!(total <= EACH * input.len() + ONCE, "{total} bytes in all, {}", told());
                assert!(largest <= BLOCK * input.len() + ONCE, "a block of {largest} bytes, {}", told());
                let share = |bytes: usize| bytes.saturating_sub(ONCE) * 10 / input.len().max(1);
                most = most.max((share(total), told()));
                most_of_one = most_of_one.max((share(largest), told()));
            }
        }
    }
    println!("in tenths of a byte for each byte: {most:?} in all, {most_of_one:?} in one block");
}

/// Sets of keys have no small limit: a file of a megabyte takes its multiple, too.
#[test]
fn t11_t80_large_files_of_keys_take_a_multiple_of_their_size() {
    let key = |number: u32| {
        let secret: String = (0..32_u32).map(|at| format!("{:02x}", (number * 7_919 + at * 104_729) % 251)).collect();
        format!(r#"{{"kty":"oct","alg":"HS512","kid":"{number}","k":"{secret}"}}"#)
    };
    let keys: Vec<String> = (0..4_000).map(key).collect();
    let good = format!("{{\"keys\":[{}]}}", keys.join(","));
    let texts = [
        good.clone(),
        good.replace("\"k\"", "\"x\""),
        good.replace("HS512", "RS256"),
        format!("{{\"keys\":[{}", "{},".repeat(300_000)),
        format!("{{\"keys\":[{{}}],\"{}\":1}}", "x".repeat(1_000_000)),
        format!("{{\"keys\":[],\"a\":{}", "[".repeat(1_000_000)),
    ];
    for text in texts {
        for read in [orderslip::Keyring::from_jwks, orderslip::Keyring::from_public_jwks] {
            let (ring, total, largest) = allocations(|| read(&text).map(drop));
            let told = format!("{} bytes, {:?}, of {} like {:?}", total, ring, text.len(), text.split_at(60).0);
            assert!(total <= FILE_EACH * text.len() + ONCE, "{told}");
            assert!(largest <= FILE_BLOCK * text.len() + ONCE, "{largest} in one block, {told}");
        }
    }
}
