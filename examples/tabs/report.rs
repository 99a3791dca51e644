//! What the demonstration has to say at the end: a table for people, one JSON object for programs.
//!
//! It may not know how the numbers came about.

use crate::{Fault, judge::Verdict};
use serde::Serialize;
use std::fmt;

#[derive(Debug)]
pub(crate) struct Report {
    pub(crate) browser: &'static str,
    pub(crate) rows: Vec<Row>,
}

#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) k: usize,
    pub(crate) one_cookie: Verdict,
    pub(crate) siblings: Verdict,
}

/// For programs.
#[derive(Debug, Serialize)]
pub(crate) struct Short {
    k: Vec<usize>,
    plain_lost_pct: Vec<f64>,
    merged_lost: Vec<u64>,
    merged_resurrected: Vec<u64>,
}

const HEAD: &str = "
                  one cookie                           siblings
  at once   done   lost  again  twice       done   lost  again  twice   refused first
";

const NOTE: &str = "
done: writes answered with a success. lost: of those, without effect. again: ordered, and in the cart again.
twice: in two orders, or counted twice. refused first: answered 503, and sent again by the page.
";

impl Report {
    pub(crate) fn in_short(&self) -> Short {
        let of = |value: fn(&Row) -> u64| self.rows.iter().map(value).collect();
        Short {
            k: self.rows.iter().map(|row| row.k).collect(),
            plain_lost_pct: self.rows.iter().map(|row| per_cent(&row.one_cookie)).collect(),
            merged_lost: of(|row| row.siblings.lost),
            merged_resurrected: of(|row| row.siblings.resurrected),
        }
    }

    /// Fails if siblings have lost anything, or one cookie nothing.
    pub(crate) fn is_as_promised(&self) -> Result<(), Fault> {
        for Row { k, one_cookie, siblings } in &self.rows {
            if siblings.lost + siblings.resurrected + siblings.doubled > 0 || siblings.done == 0 {
                return Err(format!("siblings, {k} at once: {siblings:?}").into());
            }
            if one_cookie.lost == 0 {
                return Err(format!("one cookie lost nothing of {k} at once: they were not at once").into());
            }
        }
        Ok(())
    }
}

/// With one decimal.
fn per_cent(verdict: &Verdict) -> f64 {
    let tenths = (verdict.lost * 2_000 / verdict.done.max(1)).div_ceil(2);
    f64::from(u32::try_from(tenths).unwrap_or(u32::MAX)) / 10.0
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.browser)?;
        f.write_str(HEAD)?;
        for Row { k, one_cookie: one, siblings: many } in &self.rows {
            let lost = format!("{} %", per_cent(one).round());
            write!(f, "{k:>9}{:>7}{lost:>7}{:>7}{:>7}", one.done, one.resurrected, one.doubled)?;
            write!(
                f,
                "{:>11}{:>7}{:>7}{:>7}{:>16}",
                many.done, many.lost, many.resurrected, many.doubled, many.refusals
            )?;
            writeln!(f)?;
        }
        f.write_str(NOTE)
    }
}
