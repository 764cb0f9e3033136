//! The folder in which the tool keeps what it writes for itself: builds, logs, what it remembers
//! of toolchains. What lies in it is the business of those who put it there.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rustix::fs::{Access, access};

/// The folder's name beside `peers/`.
const NAME: &str = ".harness";

/// The folder that is used, which can be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Home {
    /// The folder itself.
    pub folder: PathBuf,
    /// Why it is not the one beside `peers/`, for the run to tell.
    pub instead: Option<Instead>,
}

/// A folder that would have been the one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instead {
    /// The folder that cannot be written.
    pub folder: PathBuf,
    /// What the system said.
    pub reason: String,
}

/// Nowhere to write.
#[derive(Debug, thiserror::Error)]
pub enum HomeError {
    /// Neither folder can be written.
    #[error("cannot write in {}: {reason}; nor in {}: {fallback_reason}", .folder.display(), .fallback.display())]
    Neither {
        /// The folder beside `peers/`.
        folder: PathBuf,
        /// What the system said of it.
        reason: String,
        /// The one in the user's cache folder.
        fallback: PathBuf,
        /// What the system said of that.
        fallback_reason: io::Error,
    },
    /// The folder cannot be written and the user has no cache folder.
    #[error("cannot write in {}: {reason}; set XDG_CACHE_HOME to a folder that can be written", .folder.display())]
    NoCache {
        /// The folder beside `peers/`.
        folder: PathBuf,
        /// What the system said of it.
        reason: String,
    },
}

impl Home {
    /// Opens `.harness` in the folder that holds `peers/`, or in the user's cache folder where
    /// that cannot be written.
    ///
    /// # Errors
    /// When neither can be written.
    pub fn open(beside: &Path, cache: Option<&Path>) -> Result<Home, HomeError> {
        let folder = beside.join(NAME);
        let reason = match make(&folder) {
            Ok(()) => {
                return Ok(Home {
                    folder,
                    instead: None,
                });
            }
            Err(error) => error.to_string(),
        };
        let Some(cache) = cache else {
            return Err(HomeError::NoCache { folder, reason });
        };
        let fallback = cache.join("harness");
        match make(&fallback) {
            Ok(()) => Ok(Home {
                folder: fallback,
                instead: Some(Instead { folder, reason }),
            }),
            Err(fallback_reason) => Err(HomeError::Neither {
                folder,
                reason,
                fallback,
                fallback_reason,
            }),
        }
    }

    /// A folder in it, made where it is not there yet.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn inside(&self, name: &str) -> io::Result<PathBuf> {
        let folder = self.folder.join(name);
        fs::create_dir_all(&folder)?;
        Ok(folder)
    }
}

/// Makes a folder that ignores itself, and asks whether it can be written: a folder of an earlier
/// run may lie on a disk that is read-only now.
fn make(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let ignore = folder.join(".gitignore");
    if !ignore.exists() {
        fs::write(&ignore, "*\n")?;
    }
    access(folder, Access::WRITE_OK | Access::EXEC_OK)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_ignores_itself() {
        let beside = tempfile::tempdir().unwrap();
        let home = Home::open(beside.path(), None).unwrap();
        assert_eq!(home.folder, beside.path().join(".harness"));
        assert_eq!(home.instead, None);
        assert_eq!(
            fs::read_to_string(home.folder.join(".gitignore")).unwrap(),
            "*\n"
        );
        assert!(home.inside("builds").unwrap().is_dir());
    }

    #[test]
    fn the_cache_folder_serves_where_it_cannot_be_written() {
        let beside = tempfile::tempdir().unwrap();
        let cache = tempfile::tempdir().unwrap();
        // A file in its place refuses root, too, as a read-only disk would.
        fs::write(beside.path().join(".harness"), "").unwrap();
        let home = Home::open(beside.path(), Some(cache.path())).unwrap();
        assert_eq!(home.folder, cache.path().join("harness"));
        assert_eq!(home.instead.unwrap().folder, beside.path().join(".harness"));
        let error = Home::open(beside.path(), None).unwrap_err().to_string();
        assert!(error.contains("set XDG_CACHE_HOME"), "{error}");
    }
}
