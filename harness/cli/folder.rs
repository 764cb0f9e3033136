//! Reads files of a scenario's own folder and no others: no `..`, no absolute paths, no links that
//! lead out.

use std::fs;
use std::path::{Component, Path, PathBuf};

/// A folder whose files may be read.
#[derive(Debug)]
pub struct Folder(PathBuf);

impl Folder {
    /// The folder in which a file lies.
    pub fn of(file: &Path) -> Folder {
        Folder(file.parent().map(Path::to_owned).unwrap_or_default())
    }

    /// Reads a file of the folder, up to a number of bytes.
    ///
    /// # Errors
    /// A fragment that says why not.
    pub fn read(&self, name: &str, most: u64) -> Result<Vec<u8>, String> {
        let path = Path::new(name);
        if !path
            .components()
            .all(|part| matches!(part, Component::Normal(_)))
            || name.is_empty()
        {
            return Err(String::from("leads out of the scenario's folder"));
        }
        let told = |error: std::io::Error| format!("cannot be read: {error}");
        let folder = if self.0.as_os_str().is_empty() {
            Path::new(".")
        } else {
            &self.0
        };
        let folder = folder.canonicalize().map_err(told)?;
        let file = folder.join(path).canonicalize().map_err(told)?;
        if !file.starts_with(&folder) {
            return Err(String::from(
                "is a link that leads out of the scenario's folder",
            ));
        }
        let about = fs::metadata(&file).map_err(told)?;
        if !about.is_file() {
            return Err(String::from("is no file"));
        }
        if about.len() > most {
            return Err(format!("has {} bytes; {most} are the most", about.len()));
        }
        fs::read(&file).map_err(told)
    }
}
