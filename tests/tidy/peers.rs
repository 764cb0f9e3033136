//! Peers are alike: a manifest and one source of a server, so that the next language is easy.

use std::collections::BTreeMap;

use crate::tree::File;
use crate::{assert_complaints, assert_tidy};

const MANIFEST: &str = "peer.yaml";

/// The folders of crates that are part of the program: the Rust peer, whose server is a library,
/// and the mutants, which are no peers.
const OURS: [(&str, &[&str]); 2] = [
    ("rust", &[MANIFEST, "Cargo.toml", "lib.rs"]),
    ("mutants", &["Cargo.toml", "lib.rs"]),
];

#[test]
fn peers_have_the_same_kinds_of_files() {
    assert_tidy(unlike);
}

#[test]
fn a_peer_unlike_the_others_is_found() {
    let alike = [
        ("peers/c/peer.yaml", ""),
        ("peers/c/server.c", ""),
        ("peers/CONTRACT.md", ""),
    ];
    let check = |more: &[(&'static str, &'static str)], count| {
        assert_complaints(unlike, &[&alike, more].concat(), count);
    };
    check(&[], 0);
    check(
        &[("peers/java/Server.java", ""), ("peers/java/peer.yaml", "")],
        0,
    );
    check(&[("peers/java/Server.java", "")], 1);
    check(&[("peers/java/peer.yaml", "")], 1);
    check(&[("peers/d/client.d", ""), ("peers/d/peer.yaml", "")], 0);
    check(&[("peers/c/client.c", "")], 0);
    check(&[("peers/c/server.h", "")], 1);
    check(&[("peers/c/notes.txt", "")], 1);
    check(&[("peers/c/more/notes.txt", "")], 1);
    check(
        &[("peers/rust/peer.yaml", ""), ("peers/rust/lib.rs", "")],
        1,
    );
}

fn unlike(files: &[File]) -> Vec<String> {
    let mut peers: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for file in files {
        let below = file
            .path
            .strip_prefix("peers/")
            .and_then(|path| path.split_once('/'));
        if let Some((peer, path)) = below {
            peers.entry(peer).or_default().push(path);
        }
    }
    peers
        .iter()
        .flat_map(|(peer, paths)| complaints(peer, paths))
        .collect()
}

fn complaints(peer: &str, paths: &[&str]) -> Vec<String> {
    if let Some((_, needed)) = OURS.iter().find(|(name, _)| *name == peer) {
        let missing = needed.iter().filter(|name| !paths.contains(name));
        return missing
            .map(|name| format!("peers/{peer}: no {name}"))
            .collect();
    }
    let manifest = (!paths.contains(&MANIFEST)).then(|| format!("peers/{peer}: no {MANIFEST}"));
    let sources = |side: &str| paths.iter().filter(|path| is_source(path, side)).count();
    let (servers, clients) = (sources("server"), sources("client"));
    let program = (servers > 1 || clients > 1 || servers + clients == 0).then(|| {
        format!("peers/{peer}: one source called `server` or `client` or each, not {servers} and {clients}")
    });
    let is_known =
        |path: &&str| *path == MANIFEST || is_source(path, "server") || is_source(path, "client");
    let others = paths
        .iter()
        .filter(|path| !is_known(path))
        .map(|path| format!("peers/{peer}/{path}: no other peer has its like"));
    manifest.into_iter().chain(program).chain(others).collect()
}

/// Whether a file is the source of this side: `server.c`, `Server.java`.
fn is_source(path: &str, side: &str) -> bool {
    let stem = path.split_once('.').map(|(stem, _)| stem);
    stem.is_some_and(|stem| stem.eq_ignore_ascii_case(side))
}
