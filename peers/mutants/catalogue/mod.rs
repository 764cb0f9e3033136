//! The catalogue: what each flaw is called, where it shows, and which scenarios were made to
//! catch it. What it does is left to `flaw` and to the place where it acts.

mod datagrams;
mod general;
mod leaving;
mod lifecycle;
mod load;
mod rooms;
mod text;
mod words;

use crate::mutant::Mutant;

/// Every mutant, by subject, in the order in which reports show them.
pub(crate) static GROUPS: &[&[Mutant]] = &[
    general::MUTANTS,
    words::MUTANTS,
    text::MUTANTS,
    rooms::MUTANTS,
    leaving::MUTANTS,
    load::MUTANTS,
    lifecycle::MUTANTS,
    datagrams::MUTANTS,
];
