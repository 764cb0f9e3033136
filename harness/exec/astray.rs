//! A process that listens, but not where its case needs it: seen early where it took the number
//! that it was told over another transport, and told when nothing else was found.

use std::time::{Duration, Instant};

use super::server::{NotListening, Server};
use super::stage::Stage;
use crate::host::{Listener, ListenerAddress};
use crate::scenario::words::Transport;

/// Since when a process has been seen to listen over another transport, on the number that it was
/// told.
#[derive(Default)]
pub(super) struct Astray(Option<Instant>);

impl Astray {
    /// Gives up a process that has found its place, and not over the transport of its case. Some
    /// listen over two, one after the other, so it is given a moment.
    pub fn look(&mut self, server: &Server, stage: &Stage) -> Result<(), NotListening> {
        if server.told_port().is_none() {
            return Ok(());
        }
        let over = server.offer.transport;
        let elsewhere = Transport::ALL.iter().filter(|other| **other != over);
        let found = elsewhere.copied().find(|other| {
            let found = server.listeners_over(stage, *other, server.told_port());
            *other != Transport::Unix && !found.is_empty()
        });
        let Some(other) = found else { return Ok(()) };
        if self.0.get_or_insert_with(Instant::now).elapsed() < MOMENT {
            return Ok(());
        }
        let peer = &server.offer.peer;
        Err(NotListening::Broken(format!(
            "{peer} listens over {other} and not over {over}; `--over {other}` plays only that"
        )))
    }
}

/// What is told of a process that never listened where it should.
pub(super) fn never_listened(server: &Server, stage: &Stage, limit: Duration) -> String {
    let over = server.offer.transport;
    let others = Transport::ALL
        .iter()
        .filter(|other| **other != over && !server.listeners_over(stage, **other, None).is_empty());
    let others: Vec<&str> = others.map(|other| other.text()).collect();
    let same = server.listeners_over(stage, over, None);
    format!(
        "{} did not listen within {} s of its start{}",
        server.offer.peer,
        limit.as_secs(),
        instead(&same, &others, server.told_port())
    )
}

/// What a process did instead, behind a semicolon: where it listens over the transport of its
/// case, or over which others; nothing where it listens nowhere.
fn instead(same: &[Listener], others: &[&str], told: Option<u16>) -> String {
    let addresses = same.iter().map(|listener| match &listener.address {
        ListenerAddress::Ip(address) => address.to_string(),
        ListenerAddress::Path(path) => path.display().to_string(),
    });
    let addresses = addresses.collect::<Vec<_>>().join(" and ");
    match (same, others, told) {
        ([], [], _) => String::new(),
        ([], [other], _) => {
            format!("; it listens over {other}, and `--over {other}` plays only that")
        }
        ([], others, _) => format!("; it listens over {}", others.join(" and ")),
        (_, _, Some(_)) => {
            format!("; it listens at {addresses}, and not on the port that it was told")
        }
        (_, _, None) => {
            format!("; it listens at {addresses}, and nothing says which of them is meant")
        }
    }
}

/// So long a process that listens elsewhere may take to listen where it should.
const MOMENT: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn check(same: &[&str], others: &[&str], told: Option<u16>, expected: &str) {
        let listener = |address: &&str| Listener {
            address: ListenerAddress::Ip(address.parse().unwrap()),
            inodes: BTreeSet::new(),
        };
        let same: Vec<Listener> = same.iter().map(listener).collect();
        assert_eq!(instead(&same, others, told), expected);
    }

    #[test]
    fn what_a_process_did_instead_is_told() {
        let (one, two) = ("127.0.0.1:80", "[::1]:90");
        check(&[], &[], Some(1), "");
        let over = "; it listens over unix, and `--over unix` plays only that";
        check(&[], &["unix"], Some(1), over);
        check(
            &[],
            &["udp", "unix"],
            None,
            "; it listens over udp and unix",
        );
        let at = "; it listens at 127.0.0.1:80, and not on the port that it was told";
        check(&[one], &["udp"], Some(1), at);
        let at =
            "; it listens at 127.0.0.1:80 and [::1]:90, and nothing says which of them is meant";
        check(&[one, two], &[], None, at);
    }
}
