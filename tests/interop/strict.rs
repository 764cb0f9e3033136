//! Whether everything that is played with must be installed.

/// Whether a missing toolchain or program is an error, as it is where changes are judged.
#[expect(
    clippy::disallowed_methods,
    reason = "a test has no session that reads it for it"
)]
pub fn is_strict() -> bool {
    std::env::var_os("HARNESS_STRICT").is_some_and(|value| value == "1")
}
