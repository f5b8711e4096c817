//! Telling a person at the terminal what is measured.

/// A line on standard output.
#[expect(clippy::print_stdout, reason = "printing figures is what this program is for")]
pub fn say(line: &str) {
    println!("{line}");
}

/// A line about the progress, on standard error.
#[expect(clippy::print_stderr, reason = "progress belongs beside the figures, not among them")]
pub fn progress(line: &str) {
    eprintln!("  {line}");
}
