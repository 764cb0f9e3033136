//! A folder with peers whose flaws are known, and what a run in it says.

use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use tempfile::TempDir;

/// A folder with `peers/` and one scenario.
pub struct Stage(TempDir);

/// What a run came to.
pub struct Said {
    pub exit: Option<i32>,
    pub text: String,
    pub report: serde_json::Value,
}

impl Stage {
    /// A stage with the project's echo scenario and no peers but `rust`.
    pub fn new() -> Stage {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("peers")).unwrap();
        fs::create_dir_all(folder.path().join("scenarios")).unwrap();
        let scenario = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/echo.yaml");
        fs::copy(scenario, folder.path().join("scenarios/echo.yaml")).unwrap();
        Stage(folder)
    }

    /// Adds a scenario of this name.
    pub fn scenario(self, name: &str, text: &str) -> Stage {
        fs::write(
            self.0.path().join("scenarios").join(format!("{name}.yaml")),
            text,
        )
        .unwrap();
        self
    }

    /// Adds an echo server over tcp that runs these words; `more` is more of its manifest.
    pub fn peer(self, name: &str, words: &str, more: &str) -> Stage {
        let folder = self.0.path().join("peers").join(name);
        fs::create_dir_all(&folder).unwrap();
        let traits = "text: transparent, framing: none, half_close: flush_and_end, \
                      slow_reader: drop, concurrency: many, reuse_address: yes";
        let manifest = format!(
            "name: {name}\nlanguage: Test\nabout: a peer of a test\n{more}servers:\n\
             \x20 - behaviour: echo\n    over: tcp\n    run: [{words}]\n    traits: {{ {traits} }}\n"
        );
        fs::write(folder.join("peer.yaml"), manifest).unwrap();
        self
    }

    /// Adds an echo server over tcp that is this Perl script, with a listening socket in
    /// `$listener`.
    pub fn perl(self, name: &str, script: &str, more: &str) -> Stage {
        let stage = self.peer(name, "perl, server.pl", more);
        let head = "use strict; use warnings; use IO::Socket::INET;\n";
        let listen = "my $listener = IO::Socket::INET->new(\n\
            \x20 LocalAddr => '127.0.0.1', Listen => 16, ReuseAddr => 1) or die;\n";
        let file = stage.0.path().join("peers").join(name).join("server.pl");
        fs::write(file, [head, listen, script].concat()).unwrap();
        stage
    }

    /// Adds a server of ours with a flaw; `none` is none.
    pub fn mutant(self, name: &str, flaw: &str, more: &str) -> Stage {
        let words = format!(
            "\"{{harness}}\", mutant, --flaw, {flaw}, --behaviour, echo, --over, tcp, \
             --address, \"{{address}}\""
        );
        self.peer(name, &words, more)
    }

    /// Adds a client program with the behaviour `talker`, told by lines, that is this shell script.
    pub fn client(self, name: &str, script: &str, more: &str) -> Stage {
        let folder = self.0.path().join("peers").join(name);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("client.sh"), script).unwrap();
        let manifest = format!(
            "name: {name}\nlanguage: Test\nabout: a client of a test\n{more}clients:\n\
             \x20 - {{ behaviour: talker, over: tcp, run: [sh, client.sh, \"{{port}}\"], speaks: lines }}\n"
        );
        fs::write(folder.join("peer.yaml"), manifest).unwrap();
        self
    }

    /// Runs with these words more, and gives what was said and the report.
    pub fn run(&self, words: &[&str]) -> Said {
        self.say(
            &[&["run", "--timeout", "1s"], words].concat(),
            "report.json",
        )
    }

    /// Judges stored traces with these words more.
    pub fn judge(&self, words: &[&str]) -> Said {
        self.say(&[&["judge"], words].concat(), "judged.json")
    }

    /// A path in the stage's folder.
    pub fn path(&self, below: &str) -> PathBuf {
        self.0.path().join(below)
    }

    /// Compares the servers of the scenario `observed` with these words more; writes no report.
    pub fn agree(&self, words: &[&str]) -> Said {
        let agree = ["agree", "scenarios/observed.yaml", "--timeout", "1s"];
        self.say_without_report(&[&agree, words].concat(), "")
    }

    fn say(&self, words: &[&str], json: &str) -> Said {
        fs::remove_file(self.path(json)).ok();
        self.say_without_report(&[words, &["--json", json]].concat(), json)
    }

    fn say_without_report(&self, words: &[&str], json: &str) -> Said {
        let output = Command::new(env!("CARGO_BIN_EXE_harness"))
            .current_dir(self.0.path())
            .args(words)
            .output()
            .unwrap();
        let report = fs::read(self.path(json)).unwrap_or_default();
        Said {
            exit: output.status.code(),
            text: String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned(),
            report: serde_json::from_slice(&report).unwrap_or_default(),
        }
    }
}

impl Said {
    /// The verdict on the case `echo/tcp/PEER/built-in`.
    pub fn verdict(&self, peer: &str) -> &str {
        let id = format!("echo/tcp/{peer}/built-in");
        let cases = self.report["cases"]
            .as_array()
            .map(Vec::as_slice)
            .unwrap_or_default();
        let case = cases.iter().find(|case| case["id"] == *id);
        case.and_then(|case| case["verdict"].as_str())
            .unwrap_or("none")
    }
}
