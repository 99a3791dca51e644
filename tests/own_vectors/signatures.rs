//! Signatures that are spelled in another way, or are none.

/// As other formats have it: a sequence of two integers.
pub(crate) fn der(signature: &[u8]) -> Vec<u8> {
    let integer = |half: &[u8]| {
        let half: Vec<u8> = half.iter().copied().skip_while(|byte| *byte == 0).collect();
        let pad = if half[0] > 0x7f { vec![0] } else { vec![] };
        [vec![0x02, u8::try_from(pad.len() + half.len()).unwrap()], pad, half].concat()
    };
    let both = [integer(&signature[..32]), integer(&signature[32..])].concat();
    [vec![0x30, u8::try_from(both.len()).unwrap()], both].concat()
}

/// Little-endian addition of L = 2^252 + 27742317777372353535851937790883648493.
pub(crate) fn plus_order(signature: &[u8]) -> Vec<u8> {
    let order = crate::file::unhex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
    let (mut carry, mut out) = (0, signature.to_vec());
    for (at, more) in order.iter().enumerate() {
        let sum = u16::from(out[32 + at]) + u16::from(*more) + carry;
        out[32 + at] = sum.to_le_bytes()[0];
        carry = sum >> 8;
    }
    out
}

/// The order of the group of P-256.
pub(crate) fn p256_order() -> Vec<u8> {
    crate::file::unhex("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551")
}
