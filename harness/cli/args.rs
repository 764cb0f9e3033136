//! The command line as it is typed. What it means is `settings`.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, Subcommand};

use super::named::Named;
use crate::plan::Pattern;
use crate::scenario::words::Transport;

/// Checks that programs in different languages that talk over sockets behave the same.
#[derive(Debug, Parser)]
#[command(name = "harness", version, about, arg_required_else_help = true)]
pub struct Args {
    #[command(subcommand)]
    pub command: Command,
}

/// A command.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Play scenarios on every peer that can play them, and show a matrix
    Run(Run),
    /// Play one scenario and show which servers do the same, and where two of them differ
    Agree(Agree),
    /// Judge again what `run --traces` stored; starts nothing and needs no peers
    Judge(Judge),
    /// Show the cases that `run` would play, with their ids
    List(List),
    /// Check scenarios and manifests; starts nothing
    Check(Check),
    /// Show what the peers need and what this machine has of it
    Doctor(Doctor),
    /// Build peers, so that a run finds them built
    Build(Build),
    /// Print a JSON Schema
    Schema(Schema),
    /// Prove the scenarios: each must catch the flawed servers that were made for it
    Selftest(Selftest),
    /// Run the Rust server by hand
    Serve(Serve),
    /// Print completions for a shell
    Completions(Completions),
    /// Run a server with one deliberate flaw
    #[command(hide = true)]
    Mutant(Mutant),
}

/// Which scenarios and peers a command is about.
#[derive(Debug, Default, clap::Args)]
pub struct Chosen {
    /// Scenario files, or folders of them [default: scenarios/]
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// A folder of peers, instead of the nearest `peers/`; can be given several times
    #[arg(long, value_name = "DIR")]
    pub peers: Vec<PathBuf>,
    /// Only this peer as the server, or any program: 'cmd:socat TCP-LISTEN:{port},fork PIPE';
    /// can be given several times
    #[arg(long, value_name = "NAME|cmd:COMMAND")]
    pub server: Vec<Named>,
    /// Only this client; can be given several times
    #[arg(long, value_name = "NAME")]
    pub client: Vec<String>,
    /// Only this transport: tcp, udp or unix; can be given several times
    #[arg(long, value_name = "TRANSPORT")]
    pub over: Vec<Transport>,
    /// Only cases whose id matches: `*` within one part, `**` over several
    #[arg(long, value_name = "PATTERN")]
    pub only: Vec<Pattern>,
    /// No cases whose id matches
    #[arg(long, value_name = "PATTERN")]
    pub skip: Vec<Pattern>,
}

/// How long a step waits without one byte more, where nothing else is said.
pub const TIMEOUT: Duration = Duration::from_secs(5);

/// `harness run`.
#[derive(Debug, clap::Args)]
#[command(after_help = exit_codes())]
pub struct Run {
    #[command(flatten)]
    pub chosen: Chosen,
    /// How many cases are played at once [default: four for each core]
    #[arg(long, value_name = "N", value_parser = positive)]
    pub jobs: Option<usize>,
    /// A skipped case fails the run: for CI, where every toolchain should be there
    #[arg(long)]
    pub strict: bool,
    /// Write the results as JSON (`harness schema report` describes it)
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// Write the results as JUnit XML
    #[arg(long, value_name = "FILE")]
    pub junit: Option<PathBuf>,
    /// Store what was heard in each case, for `harness judge`: in a new folder, or an empty one
    #[arg(long, value_name = "DIR")]
    pub traces: Option<PathBuf>,
    /// Start no more cases after the first that fails
    #[arg(long)]
    pub fail_fast: bool,
    /// How long a step waits without one byte more
    #[arg(long, value_name = "DURATION", default_value = "5s", value_parser = crate::scenario::duration)]
    pub timeout: Duration,
    /// Give every case processes of its own
    #[arg(long)]
    pub fresh: bool,
    /// Play every case so many times, and say how often each verdict came
    #[arg(long, value_name = "N", default_value = "1", value_parser = positive)]
    pub repeat: usize,
    /// Show the conversation of every case as a timeline
    #[arg(long)]
    pub show: bool,
    /// Show where the time went, and the least that it could be
    #[arg(long)]
    pub timings: bool,
}

/// `harness agree`.
#[derive(Debug, clap::Args)]
pub struct Agree {
    /// A scenario file
    pub scenario: PathBuf,
    /// A folder of peers, instead of the nearest `peers/`; can be given several times
    #[arg(long, value_name = "DIR")]
    pub peers: Vec<PathBuf>,
    /// Only this peer as the server, or any program; can be given several times
    #[arg(long, value_name = "NAME|cmd:COMMAND")]
    pub server: Vec<Named>,
    /// Only this transport: tcp, udp or unix; can be given several times
    #[arg(long, value_name = "TRANSPORT")]
    pub over: Vec<Transport>,
    /// The two servers that are shown beside one another [default: the first that differs]
    #[arg(long, value_name = "A,B", value_parser = two_names)]
    pub between: Option<(String, String)>,
    /// How long a step waits without one byte more
    #[arg(long, value_name = "DURATION", default_value = "5s", value_parser = crate::scenario::duration)]
    pub timeout: Duration,
}

/// `harness judge`.
#[derive(Debug, clap::Args)]
#[command(after_help = exit_codes())]
pub struct Judge {
    /// The folder that `run --traces` wrote
    #[arg(value_name = "DIR")]
    pub traces: PathBuf,
    /// Judge by these scenarios instead of the stored ones of the same names: files, or folders;
    /// can be given several times
    #[arg(long, value_name = "PATH")]
    pub with: Vec<PathBuf>,
    /// Write the results as JSON (`harness schema report` describes it)
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// Write the results as JUnit XML
    #[arg(long, value_name = "FILE")]
    pub junit: Option<PathBuf>,
    /// Show the conversation of every case as a timeline
    #[arg(long)]
    pub show: bool,
}

/// `harness list`.
#[derive(Debug, clap::Args)]
pub struct List {
    #[command(flatten)]
    pub chosen: Chosen,
    /// Only scenarios with this tag; can be given several times
    #[arg(long, value_name = "TAG")]
    pub tag: Vec<String>,
    /// As JSON
    #[arg(long)]
    pub json: bool,
}

/// `harness check`.
#[derive(Debug, clap::Args)]
pub struct Check {
    /// Scenarios, manifests (`peer.yaml`), or folders of them [default: scenarios/ and peers/]
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// A folder of peers, instead of the nearest `peers/`; can be given several times
    #[arg(long, value_name = "DIR")]
    pub peers: Vec<PathBuf>,
}

/// `harness selftest`.
#[derive(Debug, clap::Args)]
pub struct Selftest {
    /// Scenario files, or folders of them [default: scenarios/]
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
}

/// `harness doctor`.
#[derive(Debug, clap::Args)]
pub struct Doctor {
    /// The peers that are asked for [default: all]
    #[arg(value_name = "NAME")]
    pub names: Vec<String>,
    /// A folder of peers, instead of the nearest `peers/`; can be given several times
    #[arg(long, value_name = "DIR")]
    pub peers: Vec<PathBuf>,
    /// As JSON
    #[arg(long)]
    pub json: bool,
}

/// `harness build`.
#[derive(Debug, clap::Args)]
pub struct Build {
    /// The peers that are built [default: all]
    #[arg(value_name = "NAME")]
    pub names: Vec<String>,
    /// A folder of peers, instead of the nearest `peers/`; can be given several times
    #[arg(long, value_name = "DIR")]
    pub peers: Vec<PathBuf>,
}

/// `harness schema`.
#[derive(Debug, clap::Args)]
pub struct Schema {
    /// What the schema describes
    pub of: Described,
}

/// What a schema describes.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub enum Described {
    /// Scenarios
    Scenario,
    /// Manifests, `peer.yaml`
    Peer,
    /// What `run --json` writes
    Report,
}

/// `harness completions`.
#[derive(Debug, clap::Args)]
pub struct Completions {
    /// The shell
    pub shell: clap_complete::Shell,
}

/// `harness serve`.
#[derive(Debug, Clone, clap::Args)]
pub struct Serve {
    /// What it does with what it hears: echo, broadcast or reset-on-word
    #[arg(long)]
    pub behaviour: String,
    /// Over which transport: tcp, udp or unix
    #[arg(long)]
    pub over: String,
    /// Where it listens: a loopback address with a port (0: any), or a path
    #[arg(long)]
    pub address: String,
    /// Whether a broadcast reaches the client that said it: included or excluded
    #[arg(long, default_value = "included")]
    pub sender: String,
    /// Whether an echo passes bytes on as they come or replaces what is no UTF-8: transparent or
    /// replace
    #[arg(long, default_value = "transparent")]
    pub text: String,
    /// After how many seconds a client that takes nothing is let go
    #[arg(long, value_name = "SECONDS", default_value = "2")]
    pub stall: String,
}

/// `harness mutant`.
#[derive(Debug, clap::Args)]
pub struct Mutant {
    /// The flaw's name; none for a server without one
    #[arg(long)]
    pub flaw: String,
    /// What it does: echo, broadcast, a named dialogue, or line-client, which is a client
    #[arg(long)]
    pub behaviour: String,
    /// Over which transport: tcp, udp or unix
    #[arg(long)]
    pub over: String,
    /// Where it listens: a loopback address with a port (0: any), or a path
    #[arg(long)]
    pub address: String,
    /// Whether a broadcast reaches the client that said it: included or excluded
    #[arg(long, default_value = "included")]
    pub sender: harness_mutants::Sender,
    /// What becomes of bytes that are no UTF-8: transparent, replace or strict
    #[arg(long, default_value = "transparent")]
    pub text: harness_mutants::Text,
    /// What is done with a client that does not read: drop, buffer or block
    #[arg(long, default_value = "drop")]
    pub slow_reader: harness_mutants::SlowReader,
    /// How many clients are served at once: many or one
    #[arg(long, default_value = "many")]
    pub concurrency: harness_mutants::Concurrency,
    /// After how many seconds a client that takes nothing is let go
    #[arg(long, value_name = "SECONDS", default_value = "2")]
    pub stall: String,
}

fn two_names(text: &str) -> Result<(String, String), String> {
    match text.split_once(',') {
        Some((one, other)) if !one.is_empty() && !other.is_empty() && !other.contains(',') => {
            Ok((one.to_owned(), other.to_owned()))
        }
        _ => Err(String::from("two names with a comma between them")),
    }
}

fn positive(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(number @ 1..) => Ok(number),
        _ => Err(String::from("a whole number from 1 on")),
    }
}

fn exit_codes() -> String {
    let mut text = String::from("Exit codes:\n");
    for exit in super::exit::Exit::ALL {
        text.push_str(&format!("  {:>3}  {}\n", exit.code(), exit.meaning()));
    }
    text
}
