//! The program: hands its arguments to `cli`, or becomes a guard, and gives back an exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    harness::cli::main()
}
