//! The results as a file for programs, lines for a person, and the page in docs.

use std::fs;
use std::path::Path;

use anyhow::Context as _;
use clap::ValueEnum as _;

use crate::figures::{Figure, Measurement, Results, Table};
use crate::linux::Machine;
use crate::measure::What;
use crate::options::Options;
use crate::say::say;

const LATEST: &str = "bench/results/latest.json";
const PAGE: &str = "docs/BENCHMARKS.md";

/// What was measured before on this machine; nothing when that was another one.
pub fn load(options: &Options) -> anyhow::Result<Results> {
    let machine = Machine::this()?;
    let fresh = Results { machine: machine.clone(), measurements: std::collections::BTreeMap::new() };
    let path = options.root.join(LATEST);
    match fs::read_to_string(&path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(fresh),
        Err(error) => Err(error).with_context(|| path.display().to_string()),
        Ok(text) => {
            let known: Results = serde_json::from_str(&text)
                .with_context(|| format!("{LATEST} is of another version: delete it and measure again"))?;
            Ok(if known.machine == machine { known } else { fresh })
        }
    }
}

/// Keeps a measurement in place of the one before.
pub fn keep(options: &Options, what: What, measurement: Measurement) -> anyhow::Result<()> {
    let mut results = load(options)?;
    results.measurements.insert(what.name(), measurement);
    write(&options.root.join(LATEST), &serde_json::to_string_pretty(&results)?)
}

fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, text).with_context(|| path.display().to_string())
}

/// Tells a person.
pub fn tell(measurement: &Measurement) {
    say(&format!("\n{}", measurement.title));
    for figure in &measurement.findings.figures {
        say(&format!(
            "  {:<64} {:>14}  {:<14} {}",
            figure.name,
            figure.shown(),
            figure.shown_target(),
            verdict(figure)
        ));
    }
    if let Some(table) = &measurement.findings.table {
        let widths: Vec<usize> = (0..table.head.len())
            .map(|at| {
                std::iter::once(&table.head)
                    .chain(&table.rows)
                    .filter_map(|row| Some(row.get(at)?.chars().count()))
                    .max()
                    .unwrap_or(0)
            })
            .collect();
        for row in std::iter::once(&table.head).chain(&table.rows) {
            let cells: Vec<String> =
                row.iter().zip(&widths).map(|(cell, width)| format!("{cell:>width$}")).collect();
            say(&format!("  {}", cells.join("  ")));
        }
    }
    for note in &measurement.findings.notes {
        say(&format!("  {note}"));
    }
    let (before, after) = measurement.load;
    say(&format!(
        "  load average {before:.2} to {after:.2}; other processes used {:.2} cores",
        measurement.others
    ));
}

fn verdict(figure: &Figure) -> &'static str {
    match figure.is_met() {
        None => "",
        Some(true) => "met",
        Some(false) => "MISSED",
    }
}

/// Writes the page in docs from what was kept.
pub fn write_page(options: &Options) -> anyhow::Result<()> {
    let results = load(options)?;
    anyhow::ensure!(
        !results.measurements.is_empty(),
        "nothing was measured on this machine yet: run make bench"
    );
    write(&options.root.join(PAGE), &page(&results))?;
    say(&format!("\n{PAGE} was written"));
    Ok(())
}

fn page(results: &Results) -> String {
    let Machine { processor, cores, memory_mib, kernel } = &results.machine;
    let mut lines = vec![
        "# Benchmarks".to_owned(),
        String::new(),
        "Written by `make bench` (the load generator in `bench/`); do not edit by hand. Server, fake model provider and \
         load generator run on one machine, over loopback."
            .to_owned(),
        String::new(),
        format!("Machine: {processor}, {cores} cores, {:.1} GB memory, Linux {kernel}.", *memory_mib as f64 / 1024.0),
        String::new(),
        "| figure | result | target | |".to_owned(),
        "|---|---|---|---|".to_owned(),
    ];
    let measured = || What::value_variants().iter().filter_map(|what| results.measurements.get(&what.name()));
    for figure in measured().flat_map(|measurement| &measurement.findings.figures) {
        if let Some(is_met) = figure.is_met() {
            let verdict = if is_met { "met" } else { "**missed**" };
            lines.push(format!(
                "| {} | {} | {} | {verdict} |",
                figure.name,
                figure.shown(),
                figure.shown_target()
            ));
        }
    }
    let missing =
        What::value_variants().iter().filter(|what| !results.measurements.contains_key(&what.name()));
    lines.extend(missing.map(|what| format!("| {} | not measured | | **open** |", what.title())));
    for measurement in measured() {
        section(measurement, &mut lines);
    }
    lines.join("\n") + "\n"
}

fn section(measurement: &Measurement, lines: &mut Vec<String>) {
    let Measurement { title, method, taken_at, commit, load, others, findings } = measurement;
    lines.extend([String::new(), format!("## {title}"), String::new(), method.clone(), String::new()]);
    lines.extend(["| figure | result |".to_owned(), "|---|---|".to_owned()]);
    lines.extend(findings.figures.iter().map(|figure| format!("| {} | {} |", figure.name, figure.shown())));
    if let Some(table) = &findings.table {
        lines.push(String::new());
        lines.extend(markdown(table));
    }
    lines.push(String::new());
    lines.extend(findings.notes.iter().map(|note| format!("- {note}")));
    lines.push(format!(
        "- {}, commit {commit}, load average {:.2} before and {:.2} after; other processes of the machine used {others:.2} \
         cores meanwhile.",
        taken_at.format("%Y-%m-%d %H:%M UTC"),
        load.0,
        load.1
    ));
}

fn markdown(table: &Table) -> Vec<String> {
    let row = |cells: &[String]| format!("| {} |", cells.join(" | "));
    let mut lines = vec![row(&table.head), format!("|{}", "---|".repeat(table.head.len()))];
    lines.extend(table.rows.iter().map(|cells| row(cells)));
    lines
}

#[cfg(test)]
mod tests {
    use chrono::{TimeZone as _, Utc};

    use super::*;
    use crate::figures::{Findings, Target};

    #[test]
    fn the_page_says_what_was_missed() {
        let machine = Machine {
            processor: "A Processor".into(),
            cores: 2,
            memory_mib: 24 * 1024,
            kernel: "6.1".into(),
        };
        let mut table = Table::new(&["a", "b"]);
        table.row(["1".to_owned(), "2".to_owned()]);
        let findings = Findings {
            figures: vec![
                Figure::new("Ready", 80.0, "ms").target(Target::AtMost(100.0)),
                Figure::new("Streams", 1500.0, "").target(Target::AtLeast(2000.0)),
                Figure::new("Aside", 3.0, "s"),
            ],
            table: Some(table),
            notes: vec!["A note.".into()],
        };
        let measurement = Measurement {
            title: "Start".into(),
            method: "Like this.".into(),
            taken_at: Utc.with_ymd_and_hms(2026, 11, 23, 4, 5, 6).unwrap(),
            commit: "abc".into(),
            load: (0.5, 1.25),
            others: 0.1,
            findings,
        };
        let measurements = [(What::Start.name(), measurement)].into();
        let page = page(&Results { machine, measurements });
        for line in [
            "Machine: A Processor, 2 cores, 24.0 GB memory, Linux 6.1.",
            "| Ready | 80 ms | ≤ 100 ms | met |",
            "| Streams | 1500 | ≥ 2000 | **missed** |",
            "| Aside | 3 s |",
            "| Idle memory | not measured | | **open** |",
            "| 1 | 2 |",
            "- A note.",
            "- 2026-11-23 04:05 UTC, commit abc, load average 0.50 before and 1.25 after; other processes of the machine used 0.10 cores meanwhile.",
        ] {
            assert!(page.lines().any(|known| known == line), "{line}\n{page}");
        }
        assert!(!page.contains("| Aside | 3 s | "), "no target, no row in the summary");
    }
}
