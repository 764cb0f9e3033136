//! A peer as the command line names it: by its name, or by a program that is typed in its place
//! and becomes a peer of this run alone.

use std::path::Path;
use std::rc::Rc;
use std::str::FromStr;

use crate::peer::manifest::Manifest;
use crate::peer::{PREFIX, Program, ProgramError};
use crate::plan;
use crate::scenario::Scenario;

/// What was typed for a peer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Named {
    /// The name of a peer that has a manifest.
    Peer(String),
    /// A program: `cmd:nc -l {port}`.
    Program(Program),
}

impl FromStr for Named {
    type Err = ProgramError;

    fn from_str(typed: &str) -> Result<Named, ProgramError> {
        Ok(match typed.strip_prefix(PREFIX) {
            Some(command) => Named::Program(command.parse()?),
            None => Named::Peer(typed.to_owned()),
        })
    }
}

/// The names of the servers that were named; those that were typed as programs join `manifests`,
/// with what `scenarios` require as their offers.
pub fn servers(
    named: &[Named],
    manifests: &mut Vec<Rc<Manifest>>,
    scenarios: &[Rc<Scenario>],
    working: &Path,
) -> Vec<String> {
    let name = |named: &Named| match named {
        Named::Peer(name) => name.clone(),
        Named::Program(program) => {
            let name = free_name(&program.name(), manifests);
            let manifest = plan::presume(program, &name, working, scenarios);
            manifests.push(Rc::new(manifest));
            name
        }
    };
    named.iter().map(name).collect()
}

/// A name that no peer has: the second `nc` is `nc-2`.
fn free_name(name: &str, manifests: &[Rc<Manifest>]) -> String {
    let is_taken = |name: &String| manifests.iter().any(|manifest| manifest.name == *name);
    let numbered = (2..).map(|number| format!("{name}-{number}"));
    std::iter::once(name.to_owned())
        .chain(numbered)
        .find(|name| !is_taken(name))
        .expect("numbers do not end")
}

/// The options without which a server would not be there again, or not under its name: a program's
/// number counts those of the same file that were typed before it.
pub fn again(server: &str, manifests: &[Rc<Manifest>]) -> Vec<String> {
    let Some(place) = manifests.iter().position(|it| it.name == server) else {
        return Vec::new();
    };
    let Some(program) = &manifests[place].program else {
        return Vec::new();
    };
    let typed = manifests[..=place]
        .iter()
        .filter_map(|it| it.program.as_ref());
    typed
        .filter(|typed| typed.name() == program.name())
        .flat_map(|typed| [String::from("--server"), typed.to_string()])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_of_one_file_are_numbered_and_played_again_under_their_names() {
        let typed = ["cmd:nc -l 1", "rust", "cmd:socat 'a b'", "cmd:/bin/nc -l 2"];
        let named = typed.map(|typed| typed.parse::<Named>().unwrap());
        let mut manifests = Vec::new();
        let names = servers(&named, &mut manifests, &[], Path::new("/here"));
        assert_eq!(names, ["nc", "rust", "socat", "nc-2"]);
        let check = |server, expected: &[&str]| assert_eq!(again(server, &manifests), expected);
        check("nc", &["--server", "cmd:nc -l 1"]);
        check("socat", &["--server", "cmd:socat 'a b'"]);
        let both = ["--server", "cmd:nc -l 1", "--server", "cmd:/bin/nc -l 2"];
        check("nc-2", &both);
        check("rust", &[]);
    }

    #[test]
    fn a_command_that_is_none_is_no_name_either() {
        let error = "cmd:cat | cat".parse::<Named>().unwrap_err().to_string();
        assert!(error.starts_with("`|` would be for a shell"), "{error}");
    }
}
