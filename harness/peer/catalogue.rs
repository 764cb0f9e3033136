//! The peers that there are: every folder with a `peer.yaml` in the nearest `peers/` or in folders
//! that were named, and the Rust peer, which is the program itself.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::manifest::Manifest;
use super::read::read;
use crate::source::{Mistake, Source, Unreadable};

/// The name of the peer that is the program itself.
pub const RUST: &str = "rust";

/// The name of a manifest's file.
const MANIFEST: &str = "peer.yaml";

/// The most bytes of a manifest; a larger one is told by its size and not read.
const LARGEST: u64 = 1024 * 1024;

/// Where to look for peers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Where {
    /// In the nearest `peers/`, from the working folder upwards.
    Nearest,
    /// In these folders.
    Told(Vec<PathBuf>),
}

/// The peers of a run.
#[derive(Debug)]
pub struct Catalogue {
    /// Their manifests, `rust` first, then by name.
    pub manifests: Vec<Rc<Manifest>>,
    /// The folder in which `scenarios/` and `.harness/` stand beside `peers/`.
    pub beside: PathBuf,
}

/// What is wrong with the peers.
#[derive(Debug, thiserror::Error)]
pub enum CatalogueError {
    /// A folder cannot be read.
    #[error("{folder}: {source}; name a folder that holds a folder for each peer")]
    Folder {
        /// The folder as it was named.
        folder: String,
        /// What the system says.
        source: io::Error,
    },
    /// A folder that was named holds no peer.
    #[error(
        "{folder}: no folder in it has a {MANIFEST}; name the folder that holds a folder for each peer"
    )]
    Empty {
        /// The folder as it was named.
        folder: String,
    },
    /// A manifest is wrong; to be shown with its carets.
    #[error("{}: the manifest is invalid; `harness check` shows why", .text.name())]
    Invalid {
        /// The manifest's text.
        text: Box<Source>,
        /// All that is wrong with it.
        mistakes: Vec<Mistake>,
    },
    /// Two peers have one name.
    #[error("two peers are called `{name}`: {first} and {second}; rename one of the folders")]
    Twice {
        /// Their name.
        name: String,
        /// The manifest of the one.
        first: String,
        /// The manifest of the other.
        second: String,
    },
    /// A folder describes the Rust peer otherwise than this program.
    #[error(
        "{file}: differs from the manifest compiled into this program; build the program again, or rename the folder"
    )]
    AnotherRust {
        /// The manifest in the folder.
        file: String,
    },
}

impl Catalogue {
    /// Reads the manifests. `rust` is the text of the Rust peer's, compiled into the program;
    /// `working` is the working folder, absolute, which file names are shown from.
    ///
    /// # Errors
    /// Everything that is wrong, of all manifests.
    pub fn load(
        place: &Where,
        rust: &str,
        working: &Path,
    ) -> Result<Catalogue, Vec<CatalogueError>> {
        let folders: Vec<PathBuf> = match place {
            Where::Nearest => nearest(working).into_iter().collect(),
            Where::Told(folders) => folders.iter().map(|folder| working.join(folder)).collect(),
        };
        let mut loading = Loading {
            working,
            manifests: Vec::new(),
            errors: Vec::new(),
        };
        loading.take(Source::new("peers/rust/peer.yaml", rust), RUST, None);
        for folder in &folders {
            loading.peers(folder, rust, matches!(place, Where::Told(_)));
        }
        if !loading.errors.is_empty() {
            return Err(loading.errors);
        }
        let mut manifests = loading.manifests;
        manifests.sort_by_key(|manifest| (manifest.name != RUST, manifest.name.clone()));
        let beside = folders
            .first()
            .and_then(|folder| folder.parent())
            .unwrap_or(working);
        Ok(Catalogue {
            manifests,
            beside: beside.to_owned(),
        })
    }
}

/// The nearest folder `peers`, from a folder upwards.
fn nearest(from: &Path) -> Option<PathBuf> {
    from.ancestors()
        .map(|folder| folder.join("peers"))
        .find(|peers| peers.is_dir())
}

/// Reads one manifest, whatever else is wrong with other peers.
///
/// # Errors
/// When it is not there, or is wrong.
pub fn read_folder(folder: &Path, working: &Path) -> Result<Rc<Manifest>, Vec<CatalogueError>> {
    let mut loading = Loading {
        working,
        manifests: Vec::new(),
        errors: Vec::new(),
    };
    loading.peer(&working.join(folder), None);
    match loading.manifests.pop() {
        Some(manifest) => Ok(manifest),
        None => Err(loading.errors),
    }
}

/// A catalogue while it is loaded.
struct Loading<'a> {
    working: &'a Path,
    manifests: Vec<Rc<Manifest>>,
    errors: Vec<CatalogueError>,
}

impl Loading<'_> {
    /// Reads every peer of a folder, in the order of their names.
    fn peers(&mut self, folder: &Path, rust: &str, must_have_one: bool) {
        let listed = fs::read_dir(folder).and_then(|entries| {
            entries
                .map(|entry| Ok(entry?.path()))
                .collect::<io::Result<Vec<_>>>()
        });
        let mut folders = match listed {
            Ok(folders) => folders,
            Err(source) => {
                let folder = self.shown(folder);
                return self.errors.push(CatalogueError::Folder { folder, source });
            }
        };
        folders.retain(|folder| folder.join(MANIFEST).exists());
        folders.sort();
        if folders.is_empty() && must_have_one {
            self.errors.push(CatalogueError::Empty {
                folder: self.shown(folder),
            });
        }
        folders
            .iter()
            .for_each(|folder| self.peer(folder, Some(rust)));
    }

    /// Reads the peer of one folder. The folder of the Rust peer in this project's own sources is
    /// the one that was compiled in.
    fn peer(&mut self, folder: &Path, rust: Option<&str>) {
        let name = folder
            .file_name()
            .map(|name| name.to_string_lossy().into_owned());
        let name = name.unwrap_or_default();
        let file = folder.join(MANIFEST);
        let shown = self.shown(&file);
        match load_source(&file, &shown) {
            Err(unreadable) => {
                let Unreadable { source, mistake } = *unreadable;
                let text = Box::new(source);
                self.errors.push(CatalogueError::Invalid {
                    text,
                    mistakes: vec![mistake],
                });
            }
            Ok(source) if name == RUST && rust.is_some() => {
                if rust != Some(source.text()) {
                    self.errors
                        .push(CatalogueError::AnotherRust { file: shown });
                }
            }
            Ok(source) => self.take(source, &name, Some(folder.to_owned())),
        }
    }

    fn take(&mut self, source: Source, name: &str, folder: Option<PathBuf>) {
        let manifest = match read(&source, name, folder) {
            Ok(manifest) => manifest,
            Err(mistakes) => {
                let text = Box::new(source);
                return self.errors.push(CatalogueError::Invalid { text, mistakes });
            }
        };
        match self
            .manifests
            .iter()
            .find(|earlier| earlier.name == manifest.name)
        {
            Some(earlier) => self.errors.push(CatalogueError::Twice {
                name: manifest.name,
                first: earlier.file.clone(),
                second: manifest.file,
            }),
            None => self.manifests.push(Rc::new(manifest)),
        }
    }

    /// A path as messages show it: from the working folder where it lies in there.
    fn shown(&self, path: &Path) -> String {
        path.strip_prefix(self.working)
            .unwrap_or(path)
            .display()
            .to_string()
    }
}

/// The text of a manifest. A pipe or a device in its place is not opened: it might never end.
fn load_source(file: &Path, shown: &str) -> Result<Source, Box<Unreadable>> {
    let unreadable = |error: io::Error| Source::unreadable(shown, error.to_string());
    let metadata = fs::metadata(file).map_err(unreadable)?;
    if !metadata.is_file() {
        return Err(Source::unreadable(shown, "this is no file"));
    }
    if metadata.len() > LARGEST {
        let reason = format!(
            "the file has {} bytes, and the most is {LARGEST}",
            metadata.len()
        );
        return Err(Source::unreadable(shown, reason));
    }
    let mut bytes = Vec::new();
    let opened = File::open(file).map_err(unreadable)?;
    opened
        .take(LARGEST + 1)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    Source::from_bytes(shown, &bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRAITS: &str = "{ text: transparent, framing: none, half_close: flush_and_end, slow_reader: drop, concurrency: many }";

    fn manifest(name: &str) -> String {
        format!(
            "name: {name}\nlanguage: x\nabout: y\nservers:\n  - {{ behaviour: echo, over: unix, run: [a], traits: {TRAITS} }}\n"
        )
    }

    fn folder(peers: &[&str]) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        for peer in peers {
            let folder = root.path().join(peer);
            fs::create_dir_all(&folder).unwrap();
            let name = folder.file_name().unwrap().to_str().unwrap();
            fs::write(folder.join(MANIFEST), manifest(name)).unwrap();
        }
        root
    }

    fn load(root: &Path, place: &Where) -> Result<Vec<String>, Vec<String>> {
        match Catalogue::load(place, &manifest(RUST), root) {
            Ok(catalogue) => Ok(catalogue
                .manifests
                .iter()
                .map(|manifest| manifest.name.clone())
                .collect()),
            Err(errors) => Err(errors.iter().map(ToString::to_string).collect()),
        }
    }

    #[test]
    fn the_nearest_folder_is_found_and_rust_comes_first() {
        let root = folder(&["peers/zig", "peers/c", "peers/rust", "deep/er/x"]);
        fs::create_dir(root.path().join("peers/notes")).unwrap();
        let deep = root.path().join("deep/er");
        assert_eq!(load(&deep, &Where::Nearest).unwrap(), ["rust", "c", "zig"]);
        let catalogue = Catalogue::load(&Where::Nearest, &manifest(RUST), &deep).unwrap();
        assert_eq!(catalogue.beside, root.path());
    }

    #[test]
    fn the_rust_peer_is_there_without_any_folder() {
        let root = tempfile::tempdir().unwrap();
        assert_eq!(
            load(root.path(), &Where::Told(Vec::new())).unwrap(),
            ["rust"]
        );
    }

    #[test]
    fn two_of_one_name_are_told_with_both_places() {
        let root = folder(&["one/c", "two/c"]);
        let told = Where::Told(vec!["one".into(), "two".into()]);
        let expected = "two peers are called `c`: one/c/peer.yaml and two/c/peer.yaml; rename one of the folders";
        assert_eq!(load(root.path(), &told).unwrap_err(), [expected]);
    }

    #[test]
    fn every_wrong_folder_is_told() {
        let root = folder(&["peers/c", "peers/rust"]);
        let at = |name: &str| root.path().join(name);
        fs::write(at("peers/c/peer.yaml"), "name: d\n").unwrap();
        fs::write(at("peers/rust/peer.yaml"), "other").unwrap();
        fs::create_dir_all(at("peers/dir/peer.yaml")).unwrap();
        fs::create_dir(at("empty")).unwrap();
        let told = Where::Told(vec!["peers".into(), "empty".into(), "absent".into()]);
        let errors = load(root.path(), &told).unwrap_err();
        let begins: Vec<&str> = errors
            .iter()
            .filter_map(|error| error.split(':').next())
            .collect();
        let expected = [
            "peers/c/peer.yaml",
            "peers/dir/peer.yaml",
            "peers/rust/peer.yaml",
            "empty",
            "absent",
        ];
        assert_eq!(begins, expected);
    }
}
