//! Where words reach the user: results on stdout, everything else on stderr, colour where a
//! terminal shows it and `NO_COLOR` does not forbid it.

use std::io::{self, Write};

use super::exit::Problem;
use crate::report::Colour;

/// Prints a result. A reader that is gone (`harness list | head`) is no error.
pub fn result(text: &str) {
    let mut stdout = anstream::stdout().lock();
    stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush())
        .ok();
}

/// Prints something about the run that is no result of it.
pub fn note(text: &str) {
    writeln!(anstream::stderr().lock(), "{text}").ok();
}

/// Prints what kept a command from giving a report.
pub fn problem(problem: &Problem) {
    let mut stderr = anstream::stderr().lock();
    let written = match problem {
        Problem::Mistakes(rendered) => stderr.write_all(rendered.as_bytes()),
        Problem::Usage(text) | Problem::Fault(text) => writeln!(stderr, "error: {text}"),
    };
    written.ok();
}

/// Whether live progress can be drawn on stderr.
pub fn stderr_is_terminal() -> bool {
    io::IsTerminal::is_terminal(&io::stderr())
}

/// Whether rendered mistakes have colour; what prints them drops what a stream cannot show.
pub fn colour() -> bool {
    anstream::AutoStream::choice(&io::stderr()) != anstream::ColorChoice::Never
}

/// The colour of what is printed as a result.
pub fn result_colour() -> Colour {
    match anstream::AutoStream::choice(&io::stdout()) {
        anstream::ColorChoice::Never => Colour::Plain,
        _ => Colour::Ansi,
    }
}
