//! The disk is full, or a process ends, while a key file is written: the old ring is there, or the new one, and never half of either.
//!
//! It may not know how a file is written. A process of its own writes it, which may write so many bytes and no more (setrlimit(2)), for every number
//! of bytes; and where this is root, on a file system of 64 KiB that is full.

use crate::{
    Fault, Length, must,
    shop::{Shop, With},
    table::Row,
    visitor::Visitor,
};
use orderslip::Keyring;
use std::{
    env, fs,
    io::Write as _,
    path::Path,
    process::{Command, ExitCode, Stdio},
};
use tempfile::TempDir;

/// `--rewrite-ring FILE LIMIT`: this program again, in the role of the one that writes. With a `!` behind the limit it ends where the disk does.
pub(crate) const ROLE: &str = "--rewrite-ring";

/// What the process in the role does: says with its status whether the file was written.
pub(crate) fn rewrite(file: &str, limit: &str) -> ExitCode {
    let dies = limit.ends_with('!');
    let Ok(runtime) = tokio::runtime::Runtime::new() else { return ExitCode::from(3) };
    let _guard = runtime.enter();
    // A signal that somebody listens to is no end: then writing fails with EFBIG.
    let _signal =
        if dies { None } else { tokio::signal::unix::signal(tokio::signal::unix::SignalKind::from_raw(25)).ok() };
    let bytes = limit.trim_end_matches('!').parse().ok();
    let limit = rustix::process::Rlimit { current: bytes, maximum: bytes };
    let Ok(ring) = Keyring::generate() else { return ExitCode::from(3) };
    if bytes.is_some() && rustix::process::setrlimit(rustix::process::Resource::Fsize, limit).is_err() {
        return ExitCode::from(3);
    }
    match ring.to_file(file) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if error.is_unavailable() => ExitCode::from(1),
        Err(_) => ExitCode::from(2),
    }
}

pub(crate) async fn rehearse(length: Length) -> Result<Vec<Row>, Fault> {
    let mut rows = vec![
        sweep("the disk ends after so many bytes of a key file", "", length)?,
        sweep("the process ends after so many bytes of a key file", "!", length)?,
    ];
    match SmallDisk::mount()? {
        Some(disk) => rows.extend(full(&disk).await?),
        None => println!("left out: a full file system, which takes root to make"),
    }
    Ok(rows)
}

/// For every number of bytes, or for some of them; and for as many as it takes.
fn sweep(fault: &str, dies: &str, length: Length) -> Result<Row, Fault> {
    let folder = TempDir::with_prefix("orderslip-disk-")?;
    let file = folder.path().join("ring.json");
    let mut row = Row { fault: fault.to_owned(), ..Row::default() };
    let (mut kept, mut left_behind) = (0, 0);
    let longest = Keyring::generate()?.to_jwks().expose().len();
    for limit in (0..longest).step_by(length.of(17, 1)).chain([longest + 64]) {
        Keyring::generate()?.to_file(&file)?;
        let old = fs::read(&file)?;
        let status = Command::new(env::current_exe()?)
            .args([ROLE.as_ref(), file.as_os_str(), format!("{limit}{dies}").as_ref()])
            .stderr(Stdio::null())
            .status()?;
        let is_kept = fs::read(&file)? == old;
        // Whole, and readable, whatever happened.
        Keyring::from_private_file(&file)?;
        must(status.success() != is_kept, || {
            format!("after {limit} bytes: {status}, and the old ring is kept: {is_kept}")
        })?;
        must(status.success() || dies == "!" || status.code() == Some(1), || format!("after {limit} bytes: {status}"))?;
        row.times += 1;
        kept += u64::from(is_kept);
        for other in fs::read_dir(folder.path())?.flatten().filter(|other| other.path() != file) {
            left_behind += 1;
            fs::remove_file(other.path())?;
        }
    }
    must(dies == "!" || left_behind == 0, || format!("{left_behind} files left behind"))?;
    row.seen = format!(
        "{kept} times the old ring was kept whole, {} times the new one was there whole; {left_behind} drafts left behind",
        row.times - kept
    );
    row.checked()
}

/// On a file system without room: a ring that is written anew, one that is made by the shop, and orders.
async fn full(disk: &SmallDisk) -> Result<Vec<Row>, Fault> {
    let (file, book) = (disk.path().join("ring.json"), disk.path().join("book"));
    Keyring::generate()?.to_file(&file)?;
    fs::create_dir(&book)?;
    let old = fs::read(&file)?;
    let shop = Shop::open(With { keys: Some(&file), book: Some(&book) }).await?;
    let mut visitor = Visitor::of(&shop)?;
    visitor.enter().await?;
    visitor.add(3).await?;
    visitor.log_in().await?;
    disk.fill()?;

    let mut rings = Row { fault: "a full file system: key files".to_owned(), times: 2, ..Row::default() };
    let refused = Keyring::generate()?.to_file(&file).err().ok_or("there was room")?;
    must(refused.is_unavailable(), || format!("{refused}"))?;
    must(fs::read(&file)? == old, || "the old ring is not as it was".to_owned())?;
    let new = disk.path().join("new.json");
    let said = Shop::refused(With { keys: Some(&new), ..With::default() }).await?;
    must(!new.exists() && !said.contains("panicked"), || said.clone())?;
    rings.seen = format!("the old ring as it was; no new one, and the shop does not open: `{said}`");

    let mut orders = Row { fault: "a full file system: an order".to_owned(), times: 1, ..Row::default() };
    let page = visitor.post("/checkout", "").await?.ok_or("no answer")?;
    must(page.status.as_u16() == 503, || format!("answered {}", page.status))?;
    let cups = visitor.cups().await?;
    must(cups == 3 && shop.orders() == 0, || format!("{cups} cups, {} orders", shop.orders()))?;
    disk.empty()?;
    visitor.post_until_done("/checkout", "").await?;
    let cups = visitor.cups().await?;
    must(cups == 0 && shop.orders() == 1, || format!("{cups} cups, {} orders", shop.orders()))?;
    orders.seen = "503 and the cart as before; with room again one order, and the cart empty".to_owned();
    (orders.requests, orders.refused, orders.panics) = (visitor.requests, visitor.refused, shop.panics());
    Ok(vec![rings.checked()?, orders.checked()?])
}

/// A file system of 64 KiB in memory. Dropped, it is taken away.
struct SmallDisk(TempDir);

impl SmallDisk {
    /// `None` for whoever may not.
    fn mount() -> Result<Option<Self>, Fault> {
        let folder = TempDir::with_prefix("orderslip-tmpfs-")?;
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=64k,mode=700", "tmpfs"]).arg(folder.path()).stderr(Stdio::null());
        Ok(mount.status().is_ok_and(|status| status.success()).then_some(Self(folder)))
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn fill(&self) -> Result<(), Fault> {
        let mut file = fs::File::create(self.path().join("filler"))?;
        while file.write_all(&[0; 512]).is_ok() {}
        Ok(())
    }

    fn empty(&self) -> Result<(), Fault> {
        Ok(fs::remove_file(self.path().join("filler"))?)
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.path()).status();
    }
}
