//! The text of a `peer.yaml` to a manifest, or to every mistake in it at once. Pure: whoever calls
//! has read the file. The entries of `servers:` are `offers`' part.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::rc::Rc;

use super::manifest::{Known, Manifest, Tool};
use super::syntax::{
    Commands, Entries, KnownEntry, ManifestFile, OneOrMore, Text, ToolEntry, Words,
};
use super::version::Version;
use super::words;
use super::{clients, offers};
use crate::source::{self, At, Mistake, Source, Span, Tried};

/// Reads a manifest. `name` is that of its folder.
///
/// # Errors
/// Every mistake in the text.
pub fn read(
    source: &Source,
    name: &str,
    folder: Option<PathBuf>,
) -> Result<Manifest, Vec<Mistake>> {
    let mut mistakes = Vec::new();
    let node = source::parse(source, &mut mistakes);
    let file = node.as_ref().and_then(|node| {
        let file = source::read::<ManifestFile>(node, &mut mistakes)?;
        Some(At::new(file, node.span))
    });
    let mut reading = Reading { source, mistakes };
    let manifest = file.map(|file| reading.manifest(file, name, folder));
    match manifest {
        Some(manifest) if reading.mistakes.is_empty() => Ok(manifest),
        _ => {
            reading.mistakes.sort();
            Err(reading.mistakes)
        }
    }
}

/// A manifest while it is read. Where a mistake stands in for a value, what comes back is of no
/// consequence: the manifest is not handed out then.
pub(super) struct Reading<'a> {
    source: &'a Source,
    pub(super) mistakes: Vec<Mistake>,
}

impl Reading<'_> {
    fn manifest(
        &mut self,
        file: At<ManifestFile>,
        name: &str,
        folder: Option<PathBuf>,
    ) -> Manifest {
        let span = file.span;
        let file = file.value;
        self.missing(
            span,
            &[
                ("name", file.name.is_none()),
                ("language", file.language.is_none()),
                ("about", file.about.is_none()),
                ("servers", file.servers.is_none() && file.clients.is_none()),
            ],
        );
        self.name(file.name, name);
        let fetch = self.commands(file.fetch);
        let build = self.commands(file.build);
        let has_build = !(fetch.is_empty() && build.is_empty());
        Manifest {
            name: name.to_owned(),
            language: self.line(file.language),
            about: self.line(file.about),
            file: self.source.name().to_owned(),
            folder,
            program: None,
            toolchain: present(file.toolchain)
                .map(|tool| self.tool(tool))
                .collect(),
            fetch,
            build,
            servers: offers::read(self, file.servers, name, has_build),
            clients: clients::read(self, file.clients, name, has_build),
            known: present(file.known)
                .map(|known| Rc::new(self.known(known, name)))
                .collect(),
        }
    }

    fn name(&mut self, written: Option<Text>, folder: &str) {
        let Some(written) = written.and_then(told) else {
            return;
        };
        if written.value != folder {
            let message = format!("`{}` is not the folder's name", written.value);
            let help = format!("write `name: {folder}`, or rename the folder");
            self.mistakes
                .push(Mistake::new(written.span, message).help(help));
            return;
        }
        let allowed = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        let begins = folder.starts_with(|c: char| c.is_ascii_alphanumeric());
        if !begins || !folder.chars().all(allowed) {
            let message = format!("`{folder}` cannot be part of a case's id");
            let help = "a name is of ASCII letters, digits, `-`, `_` and `.`, and begins with a letter or digit";
            self.mistakes
                .push(Mistake::new(written.span, message).help(help));
        } else if folder == "built-in" {
            let message = "`built-in` is the name of the harness's own client";
            self.mistakes.push(Mistake::new(written.span, message));
        }
    }

    fn tool(&mut self, entry: At<ToolEntry>) -> Tool {
        let At { value: entry, span } = entry;
        self.missing(
            span,
            &[
                ("program", entry.program.is_none()),
                ("install", entry.install.is_none()),
            ],
        );
        let asks = entry.version.is_some();
        let version = entry
            .version
            .and_then(|words| words.value.0)
            .unwrap_or_default();
        let at_least = entry.at_least.and_then(told);
        if let Some(at_least) = &at_least {
            if Version::exactly(at_least).is_none() {
                let message = format!("`{}` is no version", at_least.value);
                let mistake = Mistake::new(at_least.span, message);
                self.mistakes
                    .push(mistake.help("a version is of numbers and dots, as in \"3.11\""));
            } else if !asks {
                let message =
                    "`at_least` needs `version`, the words that make the program print it";
                let mistake = Mistake::new(at_least.span, message);
                self.mistakes
                    .push(mistake.help("write `version: [--version]` beside it"));
            }
        }
        Tool {
            program: self.line(entry.program),
            version: version
                .into_iter()
                .filter_map(told)
                .map(|word| word.value)
                .collect(),
            at_least: at_least.map(|version| version.value),
            install: self.line(entry.install),
        }
    }

    fn known(&mut self, entry: At<KnownEntry>, peer: &str) -> Known {
        let At { value: entry, span } = entry;
        self.missing(
            span,
            &[
                ("scenario", entry.scenario.is_none()),
                ("as", entry.role.is_none()),
                ("message", entry.message.is_none()),
                ("reason", entry.reason.is_none()),
            ],
        );
        let over = entry
            .over
            .map(|over| self.list(over, "transport"))
            .unwrap_or_default();
        Known {
            peer: peer.to_owned(),
            scenario: self.line(entry.scenario),
            over: over
                .into_iter()
                .map(|transport| transport.value)
                .collect::<BTreeSet<_>>(),
            role: entry
                .role
                .and_then(|role| role.0)
                .unwrap_or(super::manifest::Role::Server),
            message: self.line(entry.message),
            reason: self.line(entry.reason),
            link: entry.link.map(|link| self.line(Some(link))),
            line: self.source.place(span).line,
        }
    }

    fn commands(&mut self, commands: Option<Commands>) -> Vec<Vec<String>> {
        let commands = commands.and_then(|commands| commands.0).unwrap_or_default();
        commands
            .into_iter()
            .filter_map(told)
            .map(|command| self.command(command, &words::OF_A_BUILD))
            .collect()
    }

    /// The words of a command, which may hold the words in braces that are named.
    pub(super) fn command(&mut self, command: At<Words>, braces: &[&str]) -> Vec<String> {
        if command.value.0.is_empty() {
            let message = "a command has at least the program's name";
            self.mistakes.push(Mistake::new(command.span, message));
        }
        let words: Vec<_> = command.value.0.into_iter().filter_map(told).collect();
        words.iter().for_each(|word| self.word(word, braces));
        words.into_iter().map(|word| word.value).collect()
    }

    /// Judges one word of a command, or one value of a variable.
    pub(super) fn word(&mut self, word: &At<String>, braces: &[&str]) {
        if word.contains('\0') {
            self.mistakes
                .push(Mistake::new(word.span, "no program can be told a NUL"));
        }
        for unknown in words::in_braces(word).filter(|found| !braces.contains(found)) {
            let message = format!("nothing fills in `{{{unknown}}}`");
            self.mistakes
                .push(Mistake::new(word.span, message).meant(unknown, braces));
        }
    }

    /// Text of one line that says something; empty where a mistake stands instead.
    pub(super) fn line(&mut self, text: Option<Text>) -> String {
        let Some(text) = text.and_then(told) else {
            return String::new();
        };
        if text.trim().is_empty() {
            self.mistakes
                .push(Mistake::new(text.span, "there is nothing in it"));
        } else if text.trim_end().contains(char::is_control) {
            self.mistakes.push(Mistake::new(
                text.span,
                "this is one line of text, without control characters",
            ));
        }
        text.value.trim_end().to_owned()
    }

    /// The words of a list, or the one that stands alone; each once.
    pub(super) fn list<T: PartialEq>(
        &mut self,
        list: At<Tried<OneOrMore<T>>>,
        what: &str,
    ) -> Vec<At<T>> {
        let words = match list.value.0 {
            None => return Vec::new(),
            Some(OneOrMore::One(word)) => return vec![At::new(word, list.span)],
            Some(OneOrMore::More(words)) => words,
        };
        if words.is_empty() {
            self.mistakes.push(Mistake::new(
                list.span,
                format!("there is no {what} in the list"),
            ));
        }
        let mut once: Vec<At<T>> = Vec::new();
        for word in words.into_iter().filter_map(told) {
            match once.iter().any(|earlier| earlier.value == word.value) {
                true => self.mistakes.push(Mistake::new(
                    word.span,
                    format!("this {what} is named twice"),
                )),
                false => once.push(word),
            }
        }
        once
    }

    /// Tells which keys of a map are missing, all in one mistake.
    pub(super) fn missing(&mut self, span: Span, keys: &[(&str, bool)]) {
        let keys = keys.iter().filter(|(_, is_missing)| *is_missing);
        let keys: Vec<String> = keys.map(|(key, _)| format!("`{key}`")).collect();
        match keys.as_slice() {
            [] => {}
            [key] => self
                .mistakes
                .push(Mistake::new(span, format!("the key {key} is missing"))),
            _ => {
                let message = format!("the keys {} are missing", sentence(&keys));
                self.mistakes.push(Mistake::new(span, message));
            }
        }
    }
}

/// The value where no mistake was told in its place.
pub(super) fn told<T>(value: At<Tried<T>>) -> Option<At<T>> {
    let span = value.span;
    value.value.0.map(|value| At::new(value, span))
}

/// The entries of a list that were not told as mistakes.
pub(super) fn present<T>(list: Option<Entries<T>>) -> impl Iterator<Item = At<T>> {
    list.and_then(|list| list.0)
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.0)
}

/// Things as a sentence lists them.
pub(super) fn sentence(things: &[String]) -> String {
    match things.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => things.concat(),
    }
}

#[cfg(test)]
mod tests;
