//! What an application keeps of a slip.

use crate::{
    kit::{NOW, later},
    world::{Device, encrypted},
};
use orderslip::revoke::SlipRef;

#[test]
fn t26_a_reference_is_the_same_for_all_texts_of_a_slip() {
    let (_, sealer) = encrypted();
    let device = Device::of(&sealer, "ada", NOW);
    let text = sealer.reseal_at(&device.slip, later(600)).unwrap();
    let slip = SlipRef::of(&device.slip);
    assert_eq!(SlipRef::of(&sealer.open_at(&text, later(600)).unwrap()), slip);
    assert_eq!((slip.id(), slip.began_at(), slip.ends_at()), (device.slip.id(), NOW, later(86_400)));
    assert_eq!(slip.to_string().parse::<SlipRef>().unwrap(), slip);
    assert!(!format!("{slip:?}").contains(&slip.id().to_string()));
}

#[test]
fn t09_a_reference_has_one_spelling() {
    let (_, sealer) = encrypted();
    let text = SlipRef::of(&Device::of(&sealer, "ada", NOW).slip).to_string();
    let spaced = format!("{text} ");
    let (first, rest) = text.split_at(1);
    let late = format!("{}__________8", text.split_at(32).0);
    for wrong in ["", rest, &spaced, &text.replace(first, "="), &late] {
        assert!(wrong.parse::<SlipRef>().unwrap_err().is_rejected(), "{wrong}");
    }
    // Two bits of the last character mean nothing, and are zero.
    let last = text.chars().last().unwrap();
    let next = char::from_u32(u32::from(last) + 1).unwrap();
    assert!(format!("{}{next}", text.split_at(42).0).parse::<SlipRef>().is_err());
}
