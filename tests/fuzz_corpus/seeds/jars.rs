//! Seeds of what is in a browser: fields of cookies, what handlers do, and siblings.

use super::{Seeds, piece};
use crate::forge::{cbor, items};

pub(super) fn cookies(seeds: &mut Seeds) {
    for (name, header) in [
        ("one", &b"theme=dark; __Host-s=\x01; lang=de"[..]),
        ("former", b"__Host-old=\x02"),
        ("two", b"__Host-s=\x01; __Host-s=\x01; __Host-s=junk"),
        ("tombstone", b"__Host-s=\x01; __Host-s-xc2l4dGVl=\x03"),
        ("foreign", b"__Host-s=\x04"),
        ("fields", b"a=1\n__Host-s=\x01\n b=2"),
        ("other-blanks", b"\x0c__Host-s=\x01; __Host-s=\x01\r"),
        ("odd", b" ;;=;=x; a==1=; \t__Host-s =1;__Host-s=\"1\";\xff\xfe=\0"),
    ] {
        seeds.add("cookie_header", name, header);
    }
    for (name, script) in [
        ("write-read", &b"\x01\x04\x00\x00\x01\xff\x00\x00"[..]),
        ("login-logout", b"\x01\x01\x02\x07\x03\x00\x04\x00\x00\x00"),
        ("take", b"\x01\x01\x05\x00\x00\x00\x06\x00"),
        ("forms", b"\x07\x00\x07\x00\x09\xff\x06\x00"),
        ("time", b"\x01\x01\x09\xff\x09\xff\x09\xff\x00\x00"),
        ("planted", b"\x08\x00\x01\x01\x00\x00\x01\x02\x08\x01\x01\x02\x00\x00\x04\x00"),
        ("planted-junk", b"\x08\x00\x05AAAAA\x00\x00\x08\x02\x01\x03\x01\x01"),
    ] {
        seeds.add("jar_plan", name, script);
    }
}

/// An item as `siblings` reads it: kind, time in steps of 50 ms, noise, content.
fn item(kind: u8, time: i16, noise: u8, content: &[u8]) -> Vec<u8> {
    [&[kind][..], &time.to_be_bytes(), &[noise], &piece(content)].concat()
}

pub(super) fn siblings(seeds: &mut Seeds) {
    let add = |sku: &str, by| cbor::array(&[cbor::text(sku), cbor::uint(by)]);
    let set = |sku: &str, to| cbor::array(&[cbor::text(sku), cbor::uint(to), cbor::uint(0)]);
    let soup = item(1, -2_000, 1, &add("soup", 1));
    // A checkout that saw all before its floor, and one dot at it.
    let at = items::millis(-50_000);
    let seen =
        [items::varint(3), items::floor(at), items::varint(1), items::varint(0), vec![0, 0, 1], vec![0x80]].concat();
    let cart = cbor::map(&[cbor::text("soup"), cbor::uint(4)]);
    let record = [items::varint(40), vec![0, 0, 9], items::varint(0), items::varint(8), add("salad", 2)].concat();
    let again = [items::varint(0), vec![0, 0, 10], items::varint(4)].concat();
    let base = [items::varint(2), record, again, cart.clone()].concat();
    let both = cbor::array(&[cart.clone(), cbor::map(&[cbor::text("t"), cbor::text("7")])]);
    let whole =
        [items::varint(7), items::floor(at), vec![7; 16], items::dot(at, [1, 2, 3]).to_vec(), items::varint(0), cart]
            .concat();
    for (name, input) in [
        ("two-adds", [soup.clone(), item(1, -1_000, 2, &add("soup", 2))].concat()),
        (
            "set-and-remove",
            [soup.clone(), item(1, -900, 3, &set("soup", 9)), item(1, -800, 3, &set("soup", 0))].concat(),
        ),
        (
            "registers",
            [
                item(1, 0, 1, &cbor::array(&[cbor::text("t"), cbor::text("12")])),
                item(1, 5, 1, &cbor::array(&[cbor::text("t"), vec![0xf6]])),
            ]
            .concat(),
        ),
        ("checkout", [soup.clone(), item(0, -100, 4, &seen), item(1, -50, 5, &add("bread", 1))].concat()),
        ("ordered", item(1, 0, 1, &cbor::array(&[cbor::map(&[cbor::text("soup"), cbor::uint(1)])]))),
        ("base", [item(3, -1_000, 0, &base), soup.clone()].concat()),
        ("base-whole", [item(2, 0, 0, &whole), soup.clone()].concat()),
        ("base-registers", item(3, -1_000, 0, &[items::varint(0), both].concat())),
        ("newer", [item(0, 0, 1, &[&items::varint(8)[..], &[0x80]].concat()), soup.clone()].concat()),
        ("one-name-twice", [soup.clone(), item(4, 0, 0, &items::operation(&add("salad", 1)))].concat()),
        (
            "three-that-cannot-be-read",
            [&[8_u8, 0, 0, 0, 0, 0, 0, 0xa0][..], &[0, 0, 0, 0, 0, 0, 0, 0xa0], &[4]]
                .map(|base| item(2, 0, 0, base))
                .concat(),
        ),
        ("future", item(1, i16::MAX, 1, &add("soup", 1))),
        ("forged", [soup.clone(), item(7, 0, 0, b"no ciphertext of ours, of 28 bytes")].concat()),
        ("before-the-login", [soup.clone(), item(5, -1_300, 2, &add("tea", 1))].concat()),
        ("base-before-the-login", [soup.clone(), item(6, -1_400, 0, &base)].concat()),
        (
            "two-bases-of-one-floor",
            [3, 4]
                .map(|quantity| {
                    item(
                        3,
                        -1_000,
                        0,
                        &[items::varint(0), cbor::map(&[cbor::text("soup"), cbor::uint(quantity)])].concat(),
                    )
                })
                .concat(),
        ),
        ("at-rest", item(1, -20_000, 1, &add("soup", 1))),
    ] {
        seeds.add("siblings", name, input);
    }
}
