//! The stateless way.

use orderslip::revoke::Epoch;

#[test]
fn t26_an_epoch_ends_all_slips_of_another_one() {
    let first = Epoch::default();
    assert!(first.check(first).is_ok());
    assert!(first.check(first.next()).unwrap_err().is_revoked());
    assert!(first.next().check(first).unwrap_err().is_revoked(), "a restored row brings nothing back");
    assert_eq!(Epoch::from(7).next().get(), 8);
    assert_eq!(Epoch::from(u64::MAX).next().get(), 0);
}

#[test]
fn t26_a_changed_credential_is_another_epoch() {
    let hash = b"$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$aGFzaGhhc2g";
    assert_eq!(Epoch::of(hash), Epoch::of(hash));
    assert_ne!(Epoch::of(hash), Epoch::of(&hash[1..]));
    // JSON of other languages takes it: it has no sign bit. Not every hash would show that it was not cut off.
    for index in 0_u8..64 {
        assert!(i64::try_from(Epoch::of(&[index]).get()).is_ok());
    }
    // SHA-256("orderslip/epoch" ‖ 0), its first eight bytes, by one bit to the right.
    let by_hand = ring::digest::digest(&ring::digest::SHA256, b"orderslip/epoch\0");
    let leading = u64::from_be_bytes(by_hand.as_ref()[..8].try_into().unwrap());
    assert_eq!(Epoch::of(b"").get(), leading >> 1);
}
