//! What visitors do of an evening, and what must come of it.
//!
//! It may not know which database there is.

use crate::{
    Fault,
    house::House,
    kit::engines::Postgres,
    visitor::{PASSWORD, Visitor, between},
};
use rustix::process::{Pid, Signal, kill_process};

const LAPTOP: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0";
const PHONE: &str = "Mozilla/5.0 (Linux; Android 14) Chrome/129.0 Mobile Safari/537.36";

async fn two_devices(house: &House, name: &str) -> Result<(Visitor, Visitor), Fault> {
    let (mut laptop, mut phone) = (Visitor::of(house, LAPTOP)?, Visitor::of(house, PHONE)?);
    laptop.log_in(name, PASSWORD).await?;
    phone.log_in(name, PASSWORD).await?;
    Ok((laptop, phone))
}

/// Logs in at one process, posts at another, reads at the third.
pub(crate) async fn from_any_process(house: &House) -> Result<(), Fault> {
    let (mut ada, mut bob) = (Visitor::of(house, LAPTOP)?, Visitor::of(house, PHONE)?);
    let [first, second, third] = ada.turns().await?;
    assert!(first != second && second != third && third != first, "three processes");
    ada.get("/").await?;
    ada.get("/").await?;
    let login = ada.try_to_log_in("ada", PASSWORD).await?;
    assert_eq!((login.process, login.location.as_str()), (first, "/"));
    ada.get("/").await?;
    ada.get("/").await?;
    ada.get("/").await?;
    let posted = ada.post("/", "/post", &[("text", "soup <b>&</b> bread")]).await?;
    assert_eq!((posted.process, posted.status), (third, 303));
    ada.get("/").await?;
    let timeline = ada.get("/").await?;
    assert_eq!((timeline.process, timeline.status), (second, 200));
    assert!(timeline.page.contains("soup &lt;b&gt;&amp;&lt;/b&gt; bread"), "there, and escaped");

    // Cleo follows ada from the beginning; bob does when he says so.
    bob.log_in("bob", PASSWORD).await?;
    assert!(!bob.get("/").await?.page.contains("&amp;&lt;/b&gt; bread"));
    bob.post("/people", "/people/ada/follow", &[("back", "/people")]).await?;
    assert!(bob.get("/").await?.page.contains("&amp;&lt;/b&gt; bread"));
    bob.post("/people", "/people/ada/leave", &[("back", "/people")]).await?;
    assert!(!bob.get("/").await?.page.contains("&amp;&lt;/b&gt; bread"));

    // A letter is for one, and a form without its token for nobody.
    bob.post("/letters/ada", "/letters/ada", &[("text", "at seven?")]).await?;
    assert!(ada.get("/letters/bob").await?.page.contains("at seven?"));
    let mut cleo = Visitor::of(house, PHONE)?;
    cleo.log_in("cleo", PASSWORD).await?;
    assert!(!cleo.get("/letters").await?.page.contains("at seven?"));
    assert_eq!(cleo.post_with("", "/post", &[("text", "not from here")]).await?.status, 403);
    assert_eq!(cleo.try_to_log_in("cleo", "soup without bread").await?.location, "/login");
    assert_eq!(cleo.try_to_log_in("nobody", PASSWORD).await?.location, "/login");
    assert_eq!(cleo.get("/letters/no%0Aname").await?.status, 404);
    Ok(())
}

/// One device of two, from the other; and a copy of its cookie that was made before.
pub(crate) async fn one_device(house: &House) -> Result<(), Fault> {
    let (mut laptop, mut phone) = two_devices(house, "ada").await?;
    let (lost, mut thief) = (laptop.slip().await?, laptop.clone());
    let listed = phone.listed().await?;
    assert!(listed.contains(&lost) && listed.contains(&phone.slip().await?), "{listed:?}");
    assert!(phone.get("/devices").await?.page.contains("Firefox on Linux"));

    // Nobody ends what is somebody else's.
    let mut bob = Visitor::of(house, PHONE)?;
    bob.log_in("bob", PASSWORD).await?;
    assert_eq!(bob.post("/devices", "/devices/end", &[("slip", &lost)]).await?.status, 404);
    assert!(!thief.is_out().await?);

    phone.post("/devices", "/devices/end", &[("slip", &lost)]).await?;
    assert!(laptop.is_out().await? && thief.is_out().await?);
    assert!(!phone.is_out().await? && !bob.is_out().await?);
    assert!(!phone.listed().await?.contains(&lost));
    let ended = laptop.get("/people").await?;
    assert_eq!((ended.status, ended.location.as_str(), ended.sets_cookies), (303, "/login", true));
    assert!(laptop.get("/login").await?.page.contains("ended from another device"));

    // Logging out by oneself ends the copies, too.
    let mut thief = phone.clone();
    phone.post("/", "/logout", &[]).await?;
    assert!(phone.is_out().await? && thief.is_out().await?);
    Ok(())
}

pub(crate) async fn everywhere(house: &House) -> Result<(), Fault> {
    let (mut laptop, mut phone) = two_devices(house, "ada").await?;
    let (mut laptops_thief, mut phones_thief) = (laptop.clone(), phone.clone());
    let mut bob = Visitor::of(house, PHONE)?;
    bob.log_in("bob", PASSWORD).await?;

    phone.post("/devices", "/devices/others", &[]).await?;
    assert!(laptop.is_out().await? && laptops_thief.is_out().await?);
    assert!(!phone.is_out().await?);
    assert_eq!(phone.listed().await?, [phone.slip().await?]);

    laptop.log_in("ada", PASSWORD).await?;
    let mut laptops_thief = laptop.clone();
    let left = phone.post("/devices", "/devices/all", &[]).await?;
    assert_eq!((left.status, left.location.as_str()), (303, "/"));
    for visitor in [&mut laptop, &mut phone, &mut laptops_thief, &mut phones_thief] {
        assert!(visitor.is_out().await?);
    }
    assert!(!bob.is_out().await?, "it was ada's");
    laptop.log_in("ada", PASSWORD).await?;
    assert!(laptops_thief.is_out().await? && !laptop.is_out().await?);
    Ok(())
}

pub(crate) async fn new_password(house: &House) -> Result<(), Fault> {
    let (mut laptop, mut phone) = two_devices(house, "cleo").await?;
    let (mut thief, before) = (phone.clone(), phone.slip().await?);
    let change = async |visitor: &mut Visitor, present: &str, new: &str| {
        let answer = visitor.post("/devices", "/devices/password", &[("present", present), ("new", new)]).await?;
        assert_eq!((answer.status, answer.location.as_str()), (303, "/devices"));
        Ok::<_, Fault>(visitor.get("/devices").await?.page)
    };
    assert!(change(&mut phone, "not that one", "bread with soup").await?.contains("do not match"));
    assert!(change(&mut phone, PASSWORD, "short").await?.contains("15 characters"));
    assert!(!laptop.is_out().await?, "nothing has changed");
    assert!(change(&mut phone, PASSWORD, "bread with soup").await?.contains("Your password is new"));

    assert!(!phone.is_out().await?);
    assert!(laptop.is_out().await? && thief.is_out().await?);
    assert_ne!(phone.slip().await?, before, "the copy was one of the others");
    assert_eq!(phone.listed().await?, [phone.slip().await?]);
    assert_eq!(laptop.try_to_log_in("cleo", PASSWORD).await?.location, "/login");
    laptop.log_in("cleo", "bread with soup").await?;
    assert!(!laptop.is_out().await?);
    Ok(())
}

pub(crate) async fn invitations(house: &House) -> Result<(), Fault> {
    let mut ada = Visitor::of(house, LAPTOP)?;
    ada.log_in("ada", PASSWORD).await?;
    let page = ada.post("/people", "/invite", &[]).await?.page;
    let path = between(&page, "href=\"/join", "\"").map(|rest| format!("/join{rest}")).ok_or("no link")?;
    let token = path.split('=').nth(1).ok_or("no token")?.to_owned();
    let join = async |name: &str, password: &str| {
        let mut guest = Visitor::of(house, PHONE)?;
        let answer =
            guest.post(&path, "/join", &[("invitation", &token), ("name", name), ("password", password)]).await?;
        let said = guest.get(&answer.location).await?.page;
        Ok::<_, Fault>((answer.location == "/", said, guest))
    };
    // What is refused uses nothing up.
    for (name, password, why) in
        [("Dora!", PASSWORD, "small letters"), ("dora", "short", "15 characters"), ("bob", PASSWORD, "has that name")]
    {
        let (is_in, said, _) = join(name, password).await?;
        assert!(!is_in && said.contains(why), "{name}: {said}");
    }
    // Three at once, at three processes: one account.
    let (one, two, three) = tokio::join!(join("dora", PASSWORD), join("emil", PASSWORD), join("fritz", PASSWORD));
    let (mut inside, mut outside) = (Vec::new(), 0);
    for tried in [one, two, three] {
        let (is_in, said, guest) = tried?;
        if is_in { inside.push(guest) } else { outside += usize::from(said.contains("That invitation was used")) }
    }
    assert_eq!((inside.len(), outside), (1, 2));
    let guest = inside.first_mut().ok_or("nobody")?;
    let name = guest.member().await?.ok_or("a member")?;
    guest.post("/", "/post", &[("text", "I am new here")]).await?;
    assert!(ada.get("/").await?.page.contains("I am new here"), "ada follows {name}");

    let mut forged = Visitor::of(house, PHONE)?;
    assert_eq!(forged.get(&format!("{path}x")).await?.status, 403);
    Ok(())
}

/// Killed without a warning: others go on, and another one begins.
pub(crate) async fn a_process_goes(house: &House) -> Result<(), Fault> {
    let (mut laptop, mut phone) = two_devices(house, "ada").await?;
    let old = laptop.turns().await?;
    let pid = Pid::from_raw(i32::try_from(old[0])?).ok_or("a process")?;
    kill_process(pid, Signal::KILL)?;
    // Reading goes on at once; so does ending a session, and it holds in a process that was not there when that was done.
    assert_eq!(laptop.member().await?.as_deref(), Some("ada"));
    while old.contains(&laptop.get("/").await?.process) || laptop.turns().await?.contains(&old[0]) {}
    let lost = laptop.slip().await?;
    phone.post("/devices", "/devices/end", &[("slip", &lost)]).await?;
    assert!(laptop.is_out().await? && !phone.is_out().await?);
    Ok(())
}

pub(crate) async fn the_database_stops(house: &House, postgres: &Postgres) -> Result<(), Fault> {
    let (mut laptop, mut phone) = two_devices(house, "bob").await?;
    let lost = laptop.slip().await?;
    let mut thief = laptop.clone();
    phone.post("/devices", "/devices/end", &[("slip", &lost)]).await?;
    postgres.pause();
    for visitor in [&mut phone, &mut thief] {
        let answer = visitor.get("/devices").await?;
        assert_eq!((answer.status, answer.retry_after, answer.sets_cookies), (503, true, false));
        assert!(answer.page.contains("The database does not answer"));
    }
    // Whoever wants out gets out, of this browser: it forgets the cookie, and says what that is not.
    let mut leaving = phone.clone();
    let left = leaving.post_from_its_page("/logout").await?;
    assert_eq!((left.status, left.location.as_str(), left.sets_cookies), (303, "/", true));
    let said = leaving.get("/").await?;
    assert!(said.status == 200 && said.page.contains("still in, until you end it"));
    assert_eq!(phone.post_with("junk", "/logout", &[]).await?.status, 503, "nobody knows whose form it is");
    postgres.resume();
    // A connection that was given up is made again by whoever asks next.
    while phone.get("/devices").await?.status == 503 {}
    assert!(!phone.is_out().await?, "who was in is in");
    assert!(thief.is_out().await?, "and who was out is out");
    Ok(())
}
