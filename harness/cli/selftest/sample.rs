//! Scenarios for the tests beside the code.

use std::rc::Rc;

use crate::scenario::{self, Scenario};
use crate::source::Source;

/// A scenario of this name over tcp for one echo server with these traits, if any.
pub fn scenario(name: &str, requires: &str) -> Rc<Scenario> {
    let requires = match requires {
        "" => String::new(),
        traits => format!("requires: {traits}\n"),
    };
    let text = format!(
        "name: {name}\nsummary: one word\nserver: echo\nover: [tcp]\n{requires}clients: [alice]\nsteps:\n  - alice: connect\n"
    );
    let source = Rc::new(Source::new(format!("{name}.yaml"), text));
    let files = |name: &str| Err(format!("there is no {name}"));
    Rc::new(scenario::read(&source, &files).unwrap())
}
