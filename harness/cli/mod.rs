//! The commands. The only place where the stages are joined, the only reader of the environment,
//! and the only opener of result files.

mod agree;
mod args;
mod build;
mod check;
mod company;
mod doctor;
pub mod exit;
mod folder;
mod judge;
mod list;
mod load;
mod mutant;
mod named;
mod play;
mod print;
mod progress;
mod results;
mod run;
mod second;
mod selftest;
mod serve;
mod session;
mod stored;
mod traces;

use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use crate::host;
use args::{Args, Command, Described};
use exit::Exit;
use session::Session;

/// Runs the command that was typed and gives its exit code.
pub fn main() -> ExitCode {
    // First of all: a guard must be ready within a millisecond, and takes no other argument.
    if is_guard() {
        return host::guard::run();
    }
    let args = Args::parse();
    let exit = match dispatch(args.command) {
        Ok(exit) => exit,
        Err(problem) => {
            print::problem(&problem);
            problem.exit()
        }
    };
    exit.into()
}

fn is_guard() -> bool {
    let mut words = std::env::args_os().skip(1);
    words
        .next()
        .is_some_and(|word| word == host::launcher::GUARD)
        && words.next().is_none()
}

fn dispatch(command: Command) -> Result<Exit, exit::Problem> {
    match command {
        Command::Run(run) => run::run(&Session::open()?, &run),
        Command::Judge(judge) => judge::judge(&judge),
        Command::Agree(agree) => agree::agree(&Session::open()?, &agree),
        Command::List(list) => list::list(&Session::open()?, &list),
        Command::Check(check) => check::check(&Session::open()?, &check),
        Command::Doctor(doctor) => doctor::doctor(&Session::open()?, &doctor),
        Command::Build(build) => build::build(&Session::open()?, &build),
        Command::Schema(schema) => Ok(describe(schema.of)),
        Command::Completions(completions) => Ok(complete(completions.shell)),
        Command::Selftest(selftest) => selftest::selftest(&Session::open()?, &selftest),
        Command::Serve(serve) => serve::serve(&serve),
        Command::Mutant(mutant) => mutant::mutant(&mutant),
    }
}

fn describe(what: Described) -> Exit {
    print::result(&match what {
        Described::Scenario => crate::scenario::schema(),
        Described::Peer => crate::peer::schema(),
        Described::Report => crate::report::schema(),
    });
    Exit::Well
}

fn complete(shell: clap_complete::Shell) -> Exit {
    let mut completions = Vec::new();
    clap_complete::generate(shell, &mut Args::command(), "harness", &mut completions);
    print::result(&String::from_utf8_lossy(&completions));
    Exit::Well
}
