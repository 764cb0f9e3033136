//! The files of the repository. What they must be like is left to the checks.

use std::fs;
use std::path::Path;

/// What tools leave behind: no part of the repository, as `.gitignore` says too.
const LEFT_BEHIND: [&str; 5] = [".git", ".harness", "__pycache__", "node_modules", "target"];

/// A file: its path below the top of the repository, with `/`, and its text.
#[derive(Debug)]
pub struct File {
    pub path: String,
    pub text: String,
}

impl File {
    pub fn new(path: &str, text: &str) -> File {
        File {
            path: path.to_owned(),
            text: text.to_owned(),
        }
    }

    /// The last part of the path.
    pub fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }

    /// The folder that the file is in; empty at the top.
    pub fn folder(&self) -> &str {
        self.path.rsplit_once('/').map_or("", |(folder, _)| folder)
    }

    /// Whether it is a Rust file of the program, a peer or a test.
    pub fn is_rust(&self) -> bool {
        let ours = ["harness/", "peers/", "tests/"];
        self.path.ends_with(".rs") && ours.iter().any(|folder| self.path.starts_with(folder))
    }

    /// The lines, counted from 1, that are not wholly a comment of Rust's.
    pub fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines = self.text.lines().enumerate();
        lines
            .map(|(index, line)| (index + 1, line))
            .filter(|(_, line)| !line.trim_start().starts_with("//"))
    }
}

/// Every file of the repository, by path.
pub fn read() -> Vec<File> {
    let mut files = Vec::new();
    gather(Path::new(env!("CARGO_MANIFEST_DIR")), "", &mut files);
    files.sort_by(|one, other| one.path.cmp(&other.path));
    files
}

fn gather(folder: &Path, below: &str, files: &mut Vec<File>) {
    for entry in fs::read_dir(folder).expect("a folder of the repository can be read") {
        let entry = entry.expect("an entry of it too");
        let name = entry.file_name().into_string().expect("names are UTF-8");
        let kind = entry.file_type().expect("an entry has a kind");
        if LEFT_BEHIND.contains(&name.as_str()) || name.ends_with(".class") {
            continue;
        } else if kind.is_dir() {
            gather(&entry.path(), &format!("{below}{name}/"), files);
        } else if kind.is_file() {
            let bytes = fs::read(entry.path()).expect("a file of the repository can be read");
            let text = String::from_utf8_lossy(&bytes).into_owned();
            files.push(File {
                path: format!("{below}{name}"),
                text,
            });
        }
    }
}
