//! The command line, through the built program.

mod invalid;
mod readme;
mod schemas;
