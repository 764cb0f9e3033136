//! Builds a peer into a folder that its content names, or finds the one of an earlier run there.
//!
//! A build is made in a folder beside and put in its place when it succeeded, under a lock for the
//! peer: a crash leaves no half build, and two runs do not build over one another.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use tokio::sync::Semaphore;

use super::bench::{Bench, Built};
use super::content::Content;
use super::home::Home;
use super::job::JobError;
use super::lock::lock;
use super::manifest::Manifest;
use super::{Progress, Ready, Tell};
use crate::host::Launcher;

/// How many builds of a peer are kept: going back to an earlier source is then as quick as a warm
/// run, and a run that goes on elsewhere keeps its files.
const KEPT: usize = 3;

/// Why it is not known whether a peer builds: our own fault, or that of the machine.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// A folder of ours or of the peer cannot be used.
    #[error("{}: {source}; is the disk full or the folder not yours?", .path.display())]
    Folder {
        /// The folder or file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A command could not be run.
    #[error(transparent)]
    Job(#[from] JobError),
}

/// Where builds are made, and how many at once.
pub(super) struct Workshop<'a> {
    launcher: &'a Launcher,
    home: &'a Home,
    places: Semaphore,
}

impl<'a> Workshop<'a> {
    /// A workshop in which so many builds are made at once.
    pub(super) fn new(launcher: &'a Launcher, home: &'a Home, at_once: usize) -> Self {
        Workshop {
            launcher,
            home,
            places: Semaphore::new(at_once),
        }
    }

    /// Builds a peer, unless that has been done. `ready` names its programs and their versions.
    pub(super) async fn build(
        &self,
        manifest: &Manifest,
        ready: &Ready,
        tell: &Tell,
    ) -> Result<Built, BuildError> {
        let builds = self.home.inside("builds").map_err(at(&self.home.folder))?;
        let name = format!("{}-{}", manifest.name, hash(manifest, ready)?);
        let folder = builds.join(&name);
        if folder.is_dir() {
            return Ok(Built::In(folder));
        }
        let locks = self.home.inside("locks").map_err(at(&self.home.folder))?;
        let path = locks.join(&manifest.name);
        let waiting = || {
            tell.that(Progress::Waiting {
                peer: manifest.name.clone(),
            });
        };
        let _lock = lock(&path, waiting).await.map_err(at(&path))?;
        if folder.is_dir() {
            return Ok(Built::In(folder));
        }
        let _bench = self
            .places
            .acquire()
            .await
            .expect("a workshop never closes");
        let partial = builds.join(format!("{name}.partial"));
        renew(&partial).map_err(at(&partial))?;
        let bench = Bench {
            launcher: self.launcher,
            manifest,
            ready,
            folder: &partial,
            tell,
        };
        if let Some(failed) = bench.make().await? {
            fs::remove_dir_all(&partial).map_err(at(&partial))?;
            return Ok(failed);
        }
        fs::rename(&partial, &folder).map_err(at(&folder))?;
        clear(&builds, &manifest.name, &name).map_err(at(&builds))?;
        tell.that(Progress::Built {
            peer: manifest.name.clone(),
        });
        Ok(Built::In(folder))
    }
}

/// The hash of all that a build depends on.
fn hash(manifest: &Manifest, ready: &Ready) -> Result<String, BuildError> {
    let mut content = Content::default();
    for commands in [&manifest.fetch, &manifest.build] {
        content.part(&commands.len().to_be_bytes());
        commands
            .iter()
            .for_each(|words| content.words(words.iter().map(String::as_str)));
    }
    for (program, version) in &ready.versions {
        content.words([program.as_str(), version.as_str()]);
    }
    if let Some(folder) = &manifest.folder {
        content.folder(folder).map_err(at(folder))?;
    }
    Ok(content.finish())
}

/// An empty folder in the place of whatever a crash left there.
fn renew(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => fs::create_dir(folder),
    }
}

/// Removes builds of a peer but the newest, and half builds that a crash left.
fn clear(builds: &Path, peer: &str, newest: &str) -> io::Result<()> {
    let mut earlier: Vec<(SystemTime, PathBuf)> = Vec::new();
    for entry in fs::read_dir(builds)? {
        let entry = entry?;
        let name = entry.file_name();
        match name.to_str().and_then(|name| kind(name, peer)) {
            Some(Kind::Half) => fs::remove_dir_all(entry.path())?,
            Some(Kind::Whole) if name != newest => {
                earlier.push((entry.metadata()?.modified()?, entry.path()));
            }
            _ => {}
        }
    }
    earlier.sort();
    let surplus = (earlier.len() + 1).saturating_sub(KEPT);
    earlier
        .iter()
        .take(surplus)
        .try_for_each(|(_, path)| fs::remove_dir_all(path))
}

/// What a folder among the builds is to a peer.
#[derive(Debug, PartialEq, Eq)]
enum Kind {
    Whole,
    Half,
}

/// What a folder of this name is to a peer; `None` where it is another's.
fn kind(name: &str, peer: &str) -> Option<Kind> {
    let rest = name.strip_prefix(peer)?.strip_prefix('-')?;
    let (hash, kind) = match rest.strip_suffix(".partial") {
        Some(hash) => (hash, Kind::Half),
        None => (rest, Kind::Whole),
    };
    let is_hash = hash.len() == 16 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hash.then_some(kind)
}

/// An error of the system with the place that it is about.
fn at(path: &Path) -> impl FnOnce(io::Error) -> BuildError {
    let path = path.to_owned();
    |source| BuildError::Folder { path, source }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn check(name: &str, expected: Option<Kind>) {
        assert_eq!(kind(name, "c"), expected, "{name}");
    }

    #[test]
    fn a_peer_knows_its_own_builds() {
        check("c-0123456789abcdef", Some(Kind::Whole));
        check("c-0123456789abcdef.partial", Some(Kind::Half));
        check("c-plus-0123456789abcdef", None);
        check("cc-0123456789abcdef", None);
        check("c-0123", None);
    }

    #[test]
    fn the_newest_builds_are_kept() {
        let builds = tempfile::tempdir().unwrap();
        let make = |name: &str, age: u64| {
            let path = builds.path().join(name);
            fs::create_dir(&path).unwrap();
            let time = SystemTime::now() - Duration::from_secs(age);
            fs::File::open(&path).unwrap().set_modified(time).unwrap();
        };
        for number in 0..5 {
            make(&format!("c-000000000000000{number}"), number);
        }
        make("c-00000000000000ff.partial", 0);
        make("d-0000000000000009", 99);
        clear(builds.path(), "c", "c-0000000000000004").unwrap();
        let mut left: Vec<_> = fs::read_dir(builds.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        left.sort();
        let expected = [
            "c-0000000000000000",
            "c-0000000000000001",
            "c-0000000000000004",
            "d-0000000000000009",
        ];
        assert_eq!(left, expected);
    }

    #[test]
    fn what_a_crash_left_is_renewed() {
        let builds = tempfile::tempdir().unwrap();
        let partial = builds.path().join("c-1.partial");
        renew(&partial).unwrap();
        fs::write(partial.join("half"), "").unwrap();
        renew(&partial).unwrap();
        assert_eq!(fs::read_dir(&partial).unwrap().count(), 0);
    }
}
