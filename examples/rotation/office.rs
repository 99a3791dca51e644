//! The office: where the ring's file lies, and where an operator does what is due in one of the three ways.
//!
//! It may not know servers or guests.

use crate::{
    Fault, diary, operator, shortcuts,
    way::{Act, Way},
};
use orderslip::{Finding, Key, KeyId, Keyring, UnixTime};
use std::path::PathBuf;

pub(crate) struct Office {
    way: Way,
    file: PathBuf,
    /// The key that sealed before the one that was staged.
    last: Option<KeyId>,
    /// What the library said of rings that were written all the same.
    pub(crate) findings: Vec<Finding>,
    /// What the acts changed, if they were those of an operator.
    pub(crate) diary: Vec<String>,
}

impl Office {
    /// With a first ring, of one key.
    pub(crate) fn open(way: Way, file: PathBuf) -> Result<Self, Fault> {
        Keyring::new(vec![Key::generate(operator::ALG)?])?.to_file(&file)?;
        Ok(Self { way, file, last: None, findings: Vec::new(), diary: Vec::new() })
    }

    pub(crate) fn act(&mut self, act: Act, now: UnixTime) -> Result<(), Fault> {
        let before = Keyring::from_file(&self.file)?;
        let last = self.last.as_ref().ok_or("nothing was staged");
        match (self.way, act) {
            (Way::Staged, Act::Stage) => self.last = Some(operator::stage(&self.file, now)?),
            (Way::Staged, Act::Retire) => operator::retire(last?, &self.file, now)?,
            (Way::Hasty, Act::Stage) => {
                let (last, findings) = shortcuts::stage_hastily(&self.file, now)?;
                self.last = Some(last);
                self.findings.extend(findings);
            }
            (Way::Hasty, Act::Retire) => shortcuts::retire(last?, &self.file, now)?,
            (Way::Staged | Way::Hasty, Act::Prune) => operator::prune(&self.file, now)?,
            (Way::Naive, Act::Stage) => self.findings.extend(shortcuts::replace(&self.file, now)?),
            (Way::Naive, Act::Retire | Act::Prune) => {}
        }
        if self.way == Way::Staged {
            self.diary.push(diary::entry(act.name(), &before, &Keyring::from_file(&self.file)?, now));
        }
        Ok(())
    }
}
