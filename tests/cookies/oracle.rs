//! Our lines, read by the `cookie` crate, which much of the field reads with: it finds in them what was set.

use crate::{
    kit::NOW,
    world::{Session, builder, request},
};
use cookie::Cookie;
use orderslip::cookie::{JarBuilder, Prefix, SameSite};
use proptest::prelude::*;

fn same_site(which: u8) -> (SameSite, cookie::SameSite) {
    match which {
        0 => (SameSite::Strict, cookie::SameSite::Strict),
        1 => (SameSite::Lax, cookie::SameSite::Lax),
        _ => (SameSite::None, cookie::SameSite::None),
    }
}

proptest! {
    #[test]
    fn another_reader_finds_what_was_set(
        (which, partitioned, hidden, lasting) in (0_u8..3, any::<bool>(), any::<bool>(), any::<bool>()),
        path in "/[!-:<-~]{0,20}",
        domain in proptest::option::of("[a-z]{1,8}\\.[a-z]{2,5}"),
    ) {
        let ring = crate::kit::shared_ring();
        let (ours, theirs) = same_site(which);
        let set = |jar: JarBuilder<Session>, is_set: bool, how: fn(JarBuilder<Session>) -> JarBuilder<Session>| if is_set { how(jar) } else { jar };
        let jar = builder::<Session>(&ring).prefix(Prefix::Secure).path(&path).same_site(ours);
        let jar = set(jar, partitioned, JarBuilder::partitioned);
        let jar = set(jar, !hidden, JarBuilder::readable_by_scripts);
        let jar = set(jar, !lasting, JarBuilder::until_the_browser_closes);
        let jar = match &domain {
            Some(domain) => jar.domain(domain),
            None => jar,
        };
        let jar = jar.build().unwrap();
        let mut visit = jar.visit_at(request(""), NOW);
        visit.update(|_| ()).unwrap();
        let plan = visit.plan();
        let line = plan.set_cookie().first().unwrap();
        let read = Cookie::parse(line.as_str()).unwrap();
        prop_assert_eq!(read.name(), "__Secure-session");
        prop_assert_eq!(jar.visit_at(request(&format!("{}={}", read.name(), read.value())), NOW).state().is_some(), true);
        prop_assert_eq!(read.path(), Some(path.as_str()));
        prop_assert_eq!(read.domain(), domain.as_deref());
        prop_assert_eq!((read.secure(), read.http_only()), (Some(true), hidden.then_some(true)));
        prop_assert_eq!(read.same_site(), Some(theirs));
        prop_assert_eq!(read.partitioned(), partitioned.then_some(true));
        prop_assert_eq!(read.max_age().map(|age| age.whole_seconds()), lasting.then_some(3_600));
    }
}
