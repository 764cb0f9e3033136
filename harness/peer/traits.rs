//! The closed table of traits: which of them an offer has, and which values a trait takes.

use crate::scenario::words::{Behaviour, Trait, Transport};
use crate::source::{Mistake, Span};

/// The most bytes that a UDP datagram carries over IPv4 (RFC 768: 65,535 less both headers).
const LARGEST_DATAGRAM: u32 = 65_507;

/// Whether an offer of this behaviour over this transport has the trait, and so must state it.
pub(super) fn has(name: Trait, behaviour: &Behaviour, transport: Transport) -> bool {
    match name {
        Trait::Text | Trait::Framing => true,
        Trait::Sender | Trait::Order => behaviour.is_broadcast(),
        Trait::HalfClose | Trait::SlowReader | Trait::Concurrency => transport.is_stream(),
        Trait::ReuseAddress => transport == Transport::Tcp,
        Trait::DatagramLimit => transport == Transport::Udp,
        Trait::Terminator => !behaviour.is_broadcast() && !behaviour.is_echo(),
    }
}

/// The offers that have the trait, as a mistake names them.
pub(super) fn owners(name: Trait) -> &'static str {
    match name {
        Trait::Text | Trait::Framing => "every offer",
        Trait::Sender | Trait::Order => "broadcast",
        Trait::HalfClose | Trait::SlowReader | Trait::Concurrency => "tcp and unix",
        Trait::ReuseAddress => "tcp",
        Trait::DatagramLimit => "udp",
        Trait::Terminator => "named dialogues",
    }
}

/// What is wrong with a value, if anything is.
pub(super) fn judge(name: Trait, value: &str, span: Span) -> Option<Mistake> {
    let values = name.values();
    if values.is_empty() {
        let limit = value.parse::<u32>().ok();
        let fits = limit.is_some_and(|limit| (1..=LARGEST_DATAGRAM).contains(&limit));
        return (!fits).then(|| {
            let message = format!("`{name}` is a whole number from 1 to {LARGEST_DATAGRAM}");
            Mistake::new(span, message).help(format!("{LARGEST_DATAGRAM} is no limit of its own"))
        });
    }
    (!values.contains(&value)).then(|| {
        Mistake::new(span, format!("unknown value `{value}` of `{name}`")).meant(value, values)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(behaviour: &str, transport: Transport, expected: &[&str]) {
        let behaviour = Behaviour(behaviour.to_owned());
        let found: Vec<&str> = Trait::ALL
            .iter()
            .filter(|name| has(**name, &behaviour, transport))
            .map(|name| name.text())
            .collect();
        assert_eq!(found, expected, "{behaviour} over {transport}");
    }

    #[test]
    fn an_offer_has_the_traits_of_its_behaviour_and_transport() {
        let stream = ["half_close", "slow_reader", "concurrency"];
        check(
            "echo",
            Transport::Unix,
            &[&["text", "framing"], &stream[..]].concat(),
        );
        check(
            "broadcast",
            Transport::Udp,
            &["sender", "text", "framing", "order", "datagram_limit"],
        );
        check(
            "greeting",
            Transport::Tcp,
            &[
                &["text", "framing"],
                &stream[..],
                &["terminator", "reuse_address"],
            ]
            .concat(),
        );
    }

    #[test]
    fn values_are_those_of_the_table() {
        let wrong = |name, value| judge(name, value, Span::new(0, 1));
        assert_eq!(wrong(Trait::ReuseAddress, "yes"), None);
        assert_eq!(wrong(Trait::DatagramLimit, "65507"), None);
        let help = wrong(Trait::Sender, "include").and_then(|mistake| mistake.help);
        assert_eq!(help.as_deref(), Some("did you mean `included`?"));
        let help = wrong(Trait::ReuseAddress, "true").and_then(|mistake| mistake.help);
        assert_eq!(help.as_deref(), Some("there is `yes` and `no`"));
        for value in ["0", "65508", "-1", "many"] {
            assert!(wrong(Trait::DatagramLimit, value).is_some(), "{value}");
        }
    }
}
