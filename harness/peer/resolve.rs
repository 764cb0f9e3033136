//! Programs on the `PATH`: where one is, and whether it is a version manager's shim, which would
//! add some 55 ms to every start. Asking the manager is `toolchain`'s part.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use super::Surroundings;
use super::content::Content;

/// A program of some name on the `PATH`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Candidate {
    /// The program itself.
    Program(PathBuf),
    /// A stand-in that looks for the program at every start.
    Shim(Shim),
}

/// A version manager's stand-in for a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Shim {
    /// The stand-in.
    pub path: PathBuf,
    /// The manager's program, which says `which` program is meant.
    pub manager: PathBuf,
}

/// Every program of that name, in the order of the `PATH`.
pub(super) fn candidates(program: &str, path: &OsStr) -> Vec<Candidate> {
    std::env::split_paths(path)
        .filter(|folder| folder.is_absolute())
        .map(|folder| folder.join(program))
        .filter(|file| is_executable(file))
        .map(|file| match shim(&file, path) {
            Some(shim) => Candidate::Shim(shim),
            None => Candidate::Program(file),
        })
        .collect()
}

/// Whether a path leads to a file that can be executed.
pub(super) fn is_executable(file: &Path) -> bool {
    fs::metadata(file)
        .is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

/// Managers put their stand-ins into a folder `shims` in one that is called as they are (`.pyenv`,
/// `.asdf`, `mise`); one links every program to `volta-shim` beside itself.
fn shim(file: &Path, path: &OsStr) -> Option<Shim> {
    let folder = file.parent()?;
    let is_volta = fs::canonicalize(file).is_ok_and(|real| real.ends_with("volta-shim"));
    let manager = if is_volta {
        folder.join("volta")
    } else if folder.ends_with("shims") {
        let root = folder.parent()?;
        let name = root.file_name()?.to_str()?.trim_start_matches('.');
        let on_path = std::env::split_paths(path).map(|folder| folder.join(name));
        let mut places = std::iter::once(root.join("bin").join(name)).chain(on_path);
        places.find(|place| is_executable(place))?
    } else {
        return None;
    };
    Some(Shim {
        path: file.to_owned(),
        manager,
    })
}

/// What the answer of a shim's manager rests on, as a hash; `None` where that is not known. The
/// managers of the rbenv family and asdf are slow scripts that read variables, the `version` file
/// beside their `shims`, and files such as `.python-version` from the working folder upwards.
pub(super) fn rests_on(shim: &Shim, surroundings: &Surroundings) -> Option<String> {
    let manager = shim.manager.file_name()?.to_str()?;
    if !manager.ends_with("env") && manager != "asdf" {
        return None;
    }
    let mut content = Content::default();
    let is_version = |name: &OsStr| name.as_bytes().ends_with(b"_VERSION");
    for (name, value) in surroundings
        .variables
        .iter()
        .filter(|(name, _)| is_version(name))
    {
        content.part(name.as_bytes());
        content.part(value.as_bytes());
    }
    content.part(surroundings.path().as_bytes());
    let root = shim.path.parent().and_then(Path::parent)?;
    let mut files = vec![
        shim.path.clone(),
        root.join("version"),
        root.join("versions"),
    ];
    surroundings
        .working
        .ancestors()
        .for_each(|folder| files.extend(version_files(folder)));
    files
        .iter()
        .for_each(|file| content.words([stamp(file).as_deref().unwrap_or("absent")]));
    Some(content.finish())
}

/// The files of a folder that choose versions: `.python-version`, `.tool-versions`.
fn version_files(folder: &Path) -> Vec<PathBuf> {
    let is_one = |name: &OsString| {
        let name = name.as_bytes();
        name.starts_with(b".") && (name.ends_with(b"-version") || name.ends_with(b"-versions"))
    };
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = entries
        .filter(|entry| is_one(&entry.file_name()))
        .map(|entry| entry.path())
        .collect();
    files.sort();
    files
}

/// A file as it is now: its real path, size and time of change. The same stamp, the same file.
pub(super) fn stamp(file: &Path) -> Option<String> {
    let real = fs::canonicalize(file).ok()?;
    let metadata = fs::metadata(&real).ok()?;
    let real = real.display();
    Some(format!(
        "{real} {} {}.{}",
        metadata.len(),
        metadata.mtime(),
        metadata.mtime_nsec()
    ))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::os::unix::fs::symlink;

    use super::*;

    fn program(folder: &Path, name: &str) -> PathBuf {
        fs::create_dir_all(folder).unwrap();
        let path = folder.join(name);
        fs::write(&path, "").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        path
    }

    #[test]
    fn shims_are_told_from_programs() {
        let root = tempfile::tempdir().unwrap();
        let at = |name: &str| root.path().join(name);
        let manager = program(&at(".pyenv/bin"), "pyenv");
        let python = program(&at(".pyenv/shims"), "python3");
        let real = program(&at("usr/bin"), "python3");
        program(&at(".volta/bin"), "volta-shim");
        program(&at(".volta/bin"), "volta");
        symlink(at(".volta/bin/volta-shim"), at(".volta/bin/node")).unwrap();
        fs::write(at("usr/bin/node"), "not executable").unwrap();
        let folders = [".pyenv/shims", ".volta/bin", "usr/bin"].map(at);
        let path = std::env::join_paths(folders).unwrap();
        let shim = Shim {
            path: python,
            manager,
        };
        let expected = [Candidate::Shim(shim), Candidate::Program(real)];
        assert_eq!(candidates("python3", &path), expected);
        let shim = Shim {
            path: at(".volta/bin/node"),
            manager: at(".volta/bin/volta"),
        };
        assert_eq!(candidates("node", &path), [Candidate::Shim(shim)]);
        assert_eq!(candidates("java", &path), []);
    }

    #[test]
    fn what_a_manager_reads_changes_what_its_answer_rests_on() {
        let root = tempfile::tempdir().unwrap();
        let at = |name: &str| root.path().join(name);
        let shim = Shim {
            path: program(&at(".pyenv/shims"), "python3"),
            manager: program(&at(".pyenv/bin"), "pyenv"),
        };
        fs::create_dir_all(at("work/deep")).unwrap();
        let mut surroundings = Surroundings {
            variables: BTreeMap::new(),
            working: at("work/deep"),
            harness: PathBuf::new(),
            cores: std::num::NonZeroUsize::MIN,
        };
        let first = rests_on(&shim, &surroundings);
        assert!(first.is_some());
        assert_eq!(rests_on(&shim, &surroundings), first);
        fs::write(at("work/.python-version"), "3.12").unwrap();
        let second = rests_on(&shim, &surroundings);
        assert_ne!(second, first);
        surroundings
            .variables
            .insert("PYENV_VERSION".into(), "3.11".into());
        assert_ne!(rests_on(&shim, &surroundings), second);
        let mise = Shim {
            manager: at("mise"),
            ..shim
        };
        assert_eq!(rests_on(&mise, &surroundings), None);
    }
}
