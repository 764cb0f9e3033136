//! The hash of what a build is made of: the files of a folder, and words that stand for the rest.
//! Where builds lie and when they are made is `build`.

use std::fs;
use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

/// Folders that hold what tools make of the sources.
const MADE: [&str; 4] = ["node_modules", "target", "__pycache__", ".git"];

/// Hashes in order what a result depends on. Every part is preceded by its length, so that two
/// lists of parts never look alike.
#[derive(Default)]
pub struct Content {
    hasher: Sha256,
}

impl Content {
    /// Adds some bytes.
    pub fn part(&mut self, bytes: &[u8]) {
        self.hasher.update((bytes.len() as u64).to_be_bytes());
        self.hasher.update(bytes);
    }

    /// Adds a list of words.
    pub fn words<'a>(&mut self, words: impl IntoIterator<Item = &'a str>) {
        let words: Vec<&str> = words.into_iter().collect();
        self.part(&(words.len() as u64).to_be_bytes());
        words
            .into_iter()
            .for_each(|word| self.part(word.as_bytes()));
    }

    /// Adds every file of a folder: its path inside the folder, whether it can be executed, and
    /// its bytes, in the order of the paths.
    ///
    /// # Errors
    /// When something in the folder cannot be read.
    pub fn folder(&mut self, folder: &Path) -> io::Result<()> {
        let mut files = Vec::new();
        gather(folder, Path::new(""), &mut files)?;
        files.sort();
        self.part(&(files.len() as u64).to_be_bytes());
        files.iter().try_for_each(|file| self.file(folder, file))
    }

    /// The hash so far, in 16 hexadecimal digits: short enough for a path, and builds of one peer
    /// that must not collide are few.
    pub fn finish(self) -> String {
        self.hasher
            .finalize()
            .iter()
            .take(8)
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }

    fn file(&mut self, folder: &Path, inside: &Path) -> io::Result<()> {
        let mut file = fs::File::open(folder.join(inside))?;
        let metadata = file.metadata()?;
        self.part(inside.as_os_str().as_bytes());
        self.part(&[u8::from(metadata.permissions().mode() & 0o111 != 0)]);
        let mut read = 0_u64;
        let mut piece = vec![0; 64 * 1024];
        loop {
            match file.read(&mut piece)? {
                0 => break,
                length => {
                    self.hasher.update(&piece[..length]);
                    read += length as u64;
                }
            }
        }
        self.hasher.update(read.to_be_bytes());
        Ok(())
    }
}

/// Finds the files of a folder. A link to a file counts as the file; a link to a folder is passed
/// over, since it could lead round in a circle.
fn gather(folder: &Path, inside: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder.join(inside))? {
        let entry = entry?;
        let path = inside.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            if !MADE.iter().any(|made| entry.file_name() == *made) {
                gather(folder, &path, files)?;
            }
        } else if fs::metadata(folder.join(&path)).is_ok_and(|metadata| metadata.is_file()) {
            files.push(path);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(folder: &Path) -> String {
        let mut content = Content::default();
        content.folder(folder).unwrap();
        content.finish()
    }

    #[test]
    fn a_hash_changes_with_what_a_build_is_made_of() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        write("server.c", "int main;");
        let first = hash(folder.path());
        assert_eq!(first.len(), 16);
        assert_eq!(hash(folder.path()), first);
        write("node_modules/left-pad/index.js", "1");
        write("lib/__pycache__/x.pyc", "1");
        assert_eq!(
            hash(folder.path()),
            first,
            "what tools make is no part of it"
        );
        write("server.c", "int main; ");
        let second = hash(folder.path());
        assert_ne!(second, first, "a byte more");
        write("lib/a.h", "");
        assert_ne!(hash(folder.path()), second, "an empty file more");
    }

    #[test]
    fn a_file_that_became_executable_changes_the_hash() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("server.sh");
        fs::write(&path, "").unwrap();
        let before = hash(folder.path());
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        assert_ne!(hash(folder.path()), before);
    }

    #[test]
    fn parts_do_not_run_into_one_another() {
        let of = |lists: &[&[&str]]| {
            let mut content = Content::default();
            lists
                .iter()
                .for_each(|words| content.words(words.iter().copied()));
            content.finish()
        };
        assert_ne!(of(&[&["ab", "c"]]), of(&[&["a", "bc"]]));
        assert_ne!(of(&[&["a"], &["b"]]), of(&[&["a", "b"]]));
    }
}
