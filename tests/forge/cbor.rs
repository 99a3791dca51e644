//! CBOR as RFC 8949 section 4.2.1 has it, piece by piece, so that any piece can be another one.

/// The shortest head of a major type with an argument.
pub fn head(major: u8, argument: u64) -> Vec<u8> {
    let bytes = argument.to_be_bytes();
    let (short, from) = match argument {
        0..24 => return vec![major << 5 | bytes[7]],
        24..0x100 => (24, 7),
        0x100..0x1_0000 => (25, 6),
        0x1_0000..0x1_0000_0000 => (26, 4),
        _ => (27, 0),
    };
    [&[major << 5 | short], &bytes[from..]].concat()
}

/// A head of eight bytes, whatever the argument: well-formed and not the shortest.
pub fn long_head(major: u8, argument: u64) -> Vec<u8> {
    [&[major << 5 | 27][..], &argument.to_be_bytes()].concat()
}

pub fn uint(value: u64) -> Vec<u8> {
    head(0, value)
}

/// -1 - argument
pub fn negative(argument: u64) -> Vec<u8> {
    head(1, argument)
}

fn len(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).expect("a length fits in 64 bits")
}

pub fn bytes(bytes: impl AsRef<[u8]>) -> Vec<u8> {
    let bytes = bytes.as_ref();
    [&head(2, len(bytes))[..], bytes].concat()
}

pub fn text(text: &str) -> Vec<u8> {
    [&head(3, len(text.as_bytes()))[..], text.as_bytes()].concat()
}

pub fn array(items: &[Vec<u8>]) -> Vec<u8> {
    [head(4, u64::try_from(items.len()).expect("a short list")), items.concat()].concat()
}

/// Keys and values in turn.
pub fn map(entries: &[Vec<u8>]) -> Vec<u8> {
    [head(5, u64::try_from(entries.len() / 2).expect("a short list")), entries.concat()].concat()
}
