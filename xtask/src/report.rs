//! How a chore speaks: results on stdout, complaints on stderr.

use std::fmt::Display;

/// A line of a chore's result.
#[expect(clippy::print_stdout, reason = "the output of a command-line tool")]
pub(crate) fn line(text: impl Display) {
    println!("{text}");
}

/// A line about something that is wrong.
#[expect(clippy::print_stderr, reason = "the errors of a command-line tool")]
pub(crate) fn complaint(text: impl Display) {
    eprintln!("{text}");
}
