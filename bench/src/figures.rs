//! Figures with their targets, and the measurements they belong to.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::linux::Machine;

/// What a figure shall be.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// This or less.
    AtMost(f64),
    /// This or more.
    AtLeast(f64),
    /// More than this: what is only as good has missed it.
    MoreThan(f64),
}

/// One number.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Figure {
    /// What it tells.
    pub name: String,
    /// The number; none when it could not be had.
    pub value: Option<f64>,
    /// Its unit; empty for counts.
    pub unit: String,
    /// What it shall be, if anything was promised.
    pub target: Option<Target>,
}

impl Figure {
    /// Without a target.
    pub fn new(name: &str, value: f64, unit: &str) -> Self {
        let value = value.is_finite().then_some(value);
        Self { name: name.to_owned(), value, unit: unit.to_owned(), target: None }
    }

    /// With one.
    #[must_use]
    pub fn target(mut self, target: Target) -> Self {
        self.target = Some(target);
        self
    }

    /// Whether the target is met; none without a target.
    pub fn is_met(&self) -> Option<bool> {
        let value = self.value;
        self.target.map(|target| match (target, value) {
            (_, None) => false,
            (Target::AtMost(most), Some(value)) => value <= most,
            (Target::AtLeast(least), Some(value)) => value >= least,
            (Target::MoreThan(other), Some(value)) => value > other,
        })
    }

    /// Number and unit.
    pub fn shown(&self) -> String {
        self.value.map_or_else(|| "none".to_owned(), |value| with_unit(value, &self.unit))
    }

    /// The target in words.
    pub fn shown_target(&self) -> String {
        match self.target {
            None => String::new(),
            Some(Target::AtMost(most)) => format!("≤ {}", with_unit(most, &self.unit)),
            Some(Target::AtLeast(least)) => format!("≥ {}", with_unit(least, &self.unit)),
            Some(Target::MoreThan(other)) => format!("> {}", with_unit(other, &self.unit)),
        }
    }
}

fn with_unit(value: f64, unit: &str) -> String {
    format!("{} {unit}", number(value)).trim_end().to_owned()
}

/// Three digits that matter, never more than the measurement can carry.
pub fn number(value: f64) -> String {
    let digits = match value.abs() {
        0.0 => 0,
        v if v < 0.1 => 4,
        v if v < 1.0 => 3,
        v if v < 10.0 => 2,
        v if v < 1000.0 => 1,
        _ => 0,
    };
    let text = format!("{value:.digits$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// Rows that say more than one figure can.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// The columns.
    pub head: Vec<String>,
    /// The rows.
    pub rows: Vec<Vec<String>>,
}

impl Table {
    /// With these columns.
    pub fn new(head: &[&str]) -> Self {
        Self { head: head.iter().map(|name| (*name).to_owned()).collect(), rows: Vec::new() }
    }

    /// Adds a row.
    pub fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }
}

/// What a measurement found.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Findings {
    /// Its figures.
    pub figures: Vec<Figure>,
    /// More, if there is.
    pub table: Option<Table>,
    /// What a reader must know to read them.
    pub notes: Vec<String>,
}

/// A measurement with all that makes it repeatable.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Measurement {
    /// In words.
    pub title: String,
    /// How it was done.
    pub method: String,
    /// When it was over.
    pub taken_at: DateTime<Utc>,
    /// What was measured: a commit, `+` when files had been changed.
    pub commit: String,
    /// Load averages before and after.
    pub load: (f64, f64),
    /// Cores that neither what was measured, the fake nor the generator used, on average.
    pub others: f64,
    /// What came out.
    pub findings: Findings,
}

/// All measurements of a machine, the last of each kind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Results {
    /// On what.
    pub machine: Machine,
    /// By the subcommand's name.
    pub measurements: BTreeMap<String, Measurement>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_as_long_as_they_are_true() {
        let shown: Vec<String> = [0.0, 0.012_34, 0.5, 3.456, 25.0, 99.96, 1234.5].map(number).into();
        assert_eq!(shown, ["0", "0.0123", "0.5", "3.46", "25", "100", "1234"]);
    }

    #[test]
    fn targets_are_met_or_missed() {
        let figure = |value: f64, target| Figure::new("x", value, "ms").target(target);
        assert_eq!(figure(4.0, Target::AtMost(4.0)).is_met(), Some(true));
        assert_eq!(figure(4.1, Target::AtMost(4.0)).is_met(), Some(false));
        assert_eq!(figure(4.1, Target::AtLeast(4.0)).is_met(), Some(true));
        assert_eq!(figure(f64::NAN, Target::AtLeast(4.0)).is_met(), Some(false), "no figure is no success");
        assert_eq!(Figure::new("x", 1.0, "").is_met(), None);
        assert_eq!(figure(4.1, Target::AtMost(4.0)).shown_target(), "≤ 4 ms");
        assert_eq!(figure(4.1, Target::MoreThan(4.0)).is_met(), Some(true));
        assert_eq!(figure(4.0, Target::MoreThan(4.0)).is_met(), Some(false), "as good is not better");
        assert_eq!(figure(f64::NAN, Target::MoreThan(4.0)).is_met(), Some(false));
        assert_eq!(figure(4.1, Target::MoreThan(4.0)).shown_target(), "> 4 ms");
    }
}
