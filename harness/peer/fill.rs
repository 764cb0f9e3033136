//! The command of an offer, with its words in braces filled in and its program resolved. Starting
//! it is the executor's.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use super::Ready;
use super::manifest::{ClientOffer, Manifest, Offer};
use super::words::filled;
use crate::host::Command;
use crate::scenario::words::{Behaviour, Transport};

/// Where a server is told to listen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// An address and a port; port 0 leaves the choice to the kernel.
    Ip(SocketAddr),
    /// The path of a Unix socket, under 100 bytes.
    Path(PathBuf),
}

/// The command that starts a server of an offer. `harness` is the path of this program.
pub fn command(
    manifest: &Manifest,
    offer: &Offer,
    ready: &Ready,
    address: &Address,
    harness: &Path,
) -> Command {
    let entry = Entry {
        behaviour: &offer.behaviour,
        transport: offer.transport,
        run: &offer.run,
        env: &offer.env,
        cwd: offer.cwd.as_deref(),
    };
    fill(manifest, &entry, ready, address, harness)
}

/// The command that starts a client program, which is told where the server listens.
pub fn client_command(
    manifest: &Manifest,
    offer: &ClientOffer,
    ready: &Ready,
    address: &Address,
    harness: &Path,
) -> Command {
    let entry = Entry {
        behaviour: &offer.behaviour,
        transport: offer.transport,
        run: &offer.run,
        env: &offer.env,
        cwd: offer.cwd.as_deref(),
    };
    fill(manifest, &entry, ready, address, harness)
}

/// What an entry of a manifest says of a command.
struct Entry<'a> {
    behaviour: &'a Behaviour,
    transport: Transport,
    run: &'a [String],
    env: &'a BTreeMap<String, String>,
    cwd: Option<&'a Path>,
}

fn fill(
    manifest: &Manifest,
    entry: &Entry<'_>,
    ready: &Ready,
    address: &Address,
    harness: &Path,
) -> Command {
    let (address, port) = match address {
        Address::Ip(address) => (address.to_string(), Some(address.port().to_string())),
        Address::Path(path) => (path.display().to_string(), None),
    };
    let build = ready
        .build
        .as_ref()
        .map(|build| build.display().to_string());
    let harness = harness.display().to_string();
    let value = |word: &str| match word {
        "behaviour" => Some(entry.behaviour.0.as_str()),
        "transport" => Some(entry.transport.text()),
        "address" => Some(address.as_str()),
        "port" => port.as_deref(),
        "build" => build.as_deref(),
        "harness" => Some(harness.as_str()),
        _ => None,
    };
    let cwd = folder_of(manifest, entry.cwd);
    let words = entry.run.iter().map(|word| filled(word, value)).collect();
    let env = entry
        .env
        .iter()
        .map(|(name, text)| (name.into(), filled(text, value).into()));
    Command {
        words: resolved(words, ready, &cwd),
        env: env.collect(),
        cwd,
    }
}

/// The folder in which a peer's commands run. The Rust peer has none and needs none.
pub(super) fn folder_of(manifest: &Manifest, cwd: Option<&Path>) -> PathBuf {
    let folder = manifest
        .folder
        .clone()
        .unwrap_or_else(|| PathBuf::from("."));
    match cwd {
        Some(cwd) => folder.join(cwd),
        None => folder,
    }
}

/// The words of a command with the program as a path: that of the toolchain, or one in `cwd` where
/// it is written with a slash. Any other is left to the `PATH`.
pub(super) fn resolved(words: Vec<String>, ready: &Ready, cwd: &Path) -> Vec<OsString> {
    let mut words: Vec<OsString> = words.into_iter().map(OsString::from).collect();
    if let Some(program) = words.first_mut() {
        let known = program.to_str().and_then(|name| ready.programs.get(name));
        if let Some(known) = known {
            *program = known.clone().into();
        } else if program.to_str().is_some_and(|name| name.contains('/')) {
            *program = cwd.join(&program).into();
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::peer::read;
    use crate::source::Source;

    fn check(entry: &str, address: Address, expected: &[&str]) -> Command {
        let text = format!(
            "name: c\nlanguage: C\nabout: x\nbuild: [[cc]]\nservers:\n  - behaviour: echo\n    over: tcp\n    traits: {{ text: transparent, framing: none, half_close: keeps_open, slow_reader: block, concurrency: one, reuse_address: yes }}\n{entry}"
        );
        let source = Source::new("peers/c/peer.yaml", text);
        let manifest = read(&source, "c", Some(PathBuf::from("/peers/c"))).unwrap();
        let ready = Ready {
            build: Some(PathBuf::from("/builds/c-1")),
            programs: [("node".to_owned(), PathBuf::from("/opt/node/bin/node"))].into(),
            versions: Vec::new(),
        };
        let offer = &manifest.servers[0];
        let command = command(
            &manifest,
            offer,
            &ready,
            &address,
            Path::new("/bin/harness"),
        );
        assert_eq!(command.words, expected);
        command
    }

    #[test]
    fn the_command_is_filled_in_and_its_program_resolved() {
        let v4 = Address::Ip(([127, 0, 0, 1], 0).into());
        let v6 = Address::Ip("[::1]:2048".parse().unwrap());
        check(
            "    run: [\"{build}/server\", \"{behaviour}-{transport}\", \"{address}\", \"{port}\"]\n",
            v4.clone(),
            &["/builds/c-1/server", "echo-tcp", "127.0.0.1:0", "0"],
        );
        check(
            "    run: [node, \"{address}\", \"--port={port}\", \"{harness}\"]\n",
            v6,
            &[
                "/opt/node/bin/node",
                "[::1]:2048",
                "--port=2048",
                "/bin/harness",
            ],
        );
        check(
            "    run: [\"{harness}\", serve]\n",
            v4,
            &["/bin/harness", "serve"],
        );
    }

    #[test]
    fn the_folder_and_the_variables_are_those_of_the_entry() {
        let path = Address::Path(PathBuf::from("/run/s"));
        let entry =
            "    run: [./server, node]\n    cwd: bin\n    env: { PORT: \"{address}\", A: b }\n";
        let command = check(entry, path, &["/peers/c/bin/./server", "node"]);
        assert_eq!(command.cwd, Path::new("/peers/c/bin"));
        let expected = [("A".into(), "b".into()), ("PORT".into(), "/run/s".into())];
        assert_eq!(command.env, expected);
    }
}
