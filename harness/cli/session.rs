//! What the user's surroundings are: the only reader of the environment.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use super::exit::Problem;
use crate::peer::Surroundings;

/// The surroundings in which a command was typed.
#[derive(Debug)]
pub struct Session {
    /// The environment, the working folder, this program, the cores.
    pub surroundings: Surroundings,
    /// The user's cache folder, where there is one.
    pub cache: Option<PathBuf>,
    /// The machine's temporary folder.
    pub temporary: PathBuf,
}

impl Session {
    /// Reads the surroundings.
    ///
    /// # Errors
    /// When there is no working folder, or the program does not know its own file.
    #[expect(
        clippy::disallowed_methods,
        reason = "the one reader of the environment"
    )]
    pub fn open() -> Result<Session, Problem> {
        let working = std::env::current_dir()
            .map_err(|error| Problem::fault(format!("there is no working folder: {error}")))?;
        let harness = std::env::current_exe()
            .map_err(|error| Problem::fault(format!("the program's own file: {error}")))?;
        let variables = std::env::vars_os().collect();
        let folder = |name: &str| {
            std::env::var_os(name)
                .map(PathBuf::from)
                .filter(|it| it.is_absolute())
        };
        let cache =
            folder("XDG_CACHE_HOME").or_else(|| folder("HOME").map(|home| home.join(".cache")));
        let cores = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        Ok(Session {
            surroundings: Surroundings {
                variables,
                working,
                harness,
                cores,
            },
            cache: cache.map(|cache| cache.join("harness")),
            temporary: std::env::temp_dir(),
        })
    }
}
