//! Starting and stopping.

use crate::flaw::Flaw;
use crate::mutant::{IP, Mutant, Shows, TCP};

pub(super) static MUTANTS: &[Mutant] = &[
    Mutant {
        name: "ignores-stop",
        flaw: Flaw::IgnoresStop,
        about: "does not stop when it is told to",
        made_for: &["stopped-with-clients", "stopped-datagram-server"],
        shows: Shows::ANYWHERE,
    },
    Mutant {
        name: "fails-on-stop",
        flaw: Flaw::FailsOnStop,
        about: "calls it a failure to be told to stop",
        made_for: &["stopped-with-clients", "stopped-datagram-server"],
        shows: Shows::ANYWHERE,
    },
    Mutant {
        name: "does-not-reuse-address",
        flaw: Flaw::DoesNotReuseAddress,
        about: "cannot have the port again that it had a moment ago",
        made_for: &["restarted-on-the-same-port"],
        shows: TCP,
    },
    Mutant {
        name: "succeeds-without-port",
        flaw: Flaw::SucceedsWithoutPort,
        about: "exits with 0 when its port is taken",
        made_for: &["port-taken"],
        shows: IP,
    },
    Mutant {
        name: "hides-taken-port",
        flaw: Flaw::HidesTakenPort,
        about: "does not say that its port is taken",
        made_for: &["port-taken"],
        shows: IP,
    },
    Mutant {
        name: "takes-another-port",
        flaw: Flaw::TakesAnotherPort,
        about: "takes another port when its own is taken",
        made_for: &["port-taken"],
        shows: IP,
    },
];
