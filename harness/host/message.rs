//! The messages between the harness and a guard, one datagram each on a socket that keeps their
//! borders. Both ends are one program, so they need no version; who acts on them is
//! `launcher` and `guard`.

use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::PathBuf;
use std::time::Duration;

use super::launcher::Command;
use super::process::{Exit, Gone, Status};
use super::{Pid, Signal};

/// The longest message; the system's own limit for one (`wmem_default`) lies below it.
pub(super) const LONGEST: usize = 256 * 1024;

/// What the harness tells a guard. The first message is a start, with three descriptors beside it:
/// what becomes the peer's stdin, stdout and stderr.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// Start the peer.
    Start(Start),
    /// Send it a signal.
    Signal(Signal),
}

/// How the peer is to be started.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Start {
    pub command: Command,
    /// The peer's soft limit of open files; `None` is no limit.
    pub open_files: Option<u64>,
}

/// What a guard tells the harness.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Reply {
    /// The peer runs.
    Started(Pid),
    /// The system refused to start it, with this error number.
    Refused(i32),
    /// The peer has ended; what descends from it may live on.
    Ended(Exit),
    /// The whole tree is gone: the last message.
    Gone(Gone),
}

/// Fields end in a NUL, which neither a word nor a variable can hold.
fn push(message: &mut Vec<u8>, field: &[u8]) {
    message.extend_from_slice(field);
    message.push(0);
}

impl Order {
    /// A start is `start`, the limit, the folder, the number of words, the words, and then name
    /// and value of each variable; a signal is `signal` and its number.
    pub fn encode(&self) -> Vec<u8> {
        let mut message = Vec::new();
        match self {
            Order::Start(start) => start.encode(&mut message),
            Order::Signal(signal) => {
                push(&mut message, b"signal");
                push(&mut message, signal.as_raw().to_string().as_bytes());
            }
        }
        message
    }

    /// `None` for what [`Order::encode`] does not make.
    pub fn decode(message: &[u8]) -> Option<Order> {
        let mut fields = message.strip_suffix(&[0])?.split(|&byte| byte == 0);
        match fields.next()? {
            b"start" => Start::decode(fields).map(Order::Start),
            b"signal" => Signal::from_named_raw(number(fields.next()?)?).map(Order::Signal),
            _ => None,
        }
    }
}

impl Start {
    fn encode(&self, message: &mut Vec<u8>) {
        let Command { words, env, cwd } = &self.command;
        let open_files = self
            .open_files
            .map_or("none".to_owned(), |limit| limit.to_string());
        push(message, b"start");
        push(message, open_files.as_bytes());
        push(message, cwd.as_os_str().as_bytes());
        push(message, words.len().to_string().as_bytes());
        words.iter().for_each(|word| push(message, word.as_bytes()));
        for (name, value) in env {
            push(message, name.as_bytes());
            push(message, value.as_bytes());
        }
    }

    fn decode<'a>(mut fields: impl Iterator<Item = &'a [u8]>) -> Option<Start> {
        let open_files = match fields.next()? {
            b"none" => None,
            limit => Some(number(limit)?),
        };
        let text = |field: &[u8]| OsString::from_vec(field.to_vec());
        let cwd = PathBuf::from(text(fields.next()?));
        let count: usize = number(fields.next()?)?;
        let words: Vec<OsString> = fields.by_ref().take(count).map(text).collect();
        let mut env = Vec::new();
        while let Some(name) = fields.next() {
            env.push((text(name), text(fields.next()?)));
        }
        let complete = words.len() == count;
        complete.then_some(Start {
            command: Command { words, env, cwd },
            open_files,
        })
    }
}

impl Reply {
    /// Words and numbers, separated by spaces.
    pub fn encode(&self) -> String {
        match self {
            Reply::Started(pid) => format!("started {pid}"),
            Reply::Refused(error) => format!("refused {error}"),
            Reply::Ended(Exit { status, cpu }) => {
                let (kind, number) = match status {
                    Status::Code(code) => ("code", *code),
                    Status::Signal(signal) => ("signal", *signal),
                };
                format!("ended {kind} {number} {}", cpu.as_millis())
            }
            Reply::Gone(Gone { forced, cpu }) => format!("gone {forced} {}", cpu.as_millis()),
        }
    }

    /// `None` for what [`Reply::encode`] does not make.
    pub fn decode(message: &[u8]) -> Option<Reply> {
        let fields: Vec<&[u8]> = message.split(|&byte| byte == b' ').collect();
        let cpu = |field| number(field).map(Duration::from_millis);
        Some(match *fields.as_slice() {
            [b"started", pid] => Reply::Started(Pid::from_raw(number(pid)?)?),
            [b"refused", error] => Reply::Refused(number(error)?),
            [b"ended", b"code", code, spent] => Reply::Ended(Exit {
                status: Status::Code(number(code)?),
                cpu: cpu(spent)?,
            }),
            [b"ended", b"signal", signal, spent] => Reply::Ended(Exit {
                status: Status::Signal(number(signal)?),
                cpu: cpu(spent)?,
            }),
            [b"gone", forced, spent] => Reply::Gone(Gone {
                forced: number(forced)?,
                cpu: cpu(spent)?,
            }),
            _ => return None,
        })
    }
}

fn number<N: std::str::FromStr>(field: &[u8]) -> Option<N> {
    str::from_utf8(field).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_start(words: &[&str], env: &[(&str, &str)], open_files: Option<u64>) {
        let command = Command {
            words: words.iter().map(OsString::from).collect(),
            env: env
                .iter()
                .map(|(name, value)| (name.into(), value.into()))
                .collect(),
            cwd: PathBuf::from("/folder with spaces"),
        };
        let order = Order::Start(Start {
            command,
            open_files,
        });
        assert_eq!(Order::decode(&order.encode()), Some(order));
    }

    #[test]
    fn orders_come_back_as_they_were() {
        check_start(&["node", "server.js"], &[], None);
        check_start(
            &["sh", "-c", "", "line\nline"],
            &[("A", ""), ("B", "x=y")],
            Some(1024),
        );
        check_start(&[], &[("LONE", "1")], Some(0));
        let signal = Order::Signal(Signal::TERM);
        assert_eq!(Order::decode(&signal.encode()), Some(signal));
    }

    #[test]
    fn broken_orders_are_refused() {
        let check = |message: &[u8]| assert_eq!(Order::decode(message), None);
        check(b"");
        check(b"start\0none\0/\x002\0one\0");
        check(b"start\0none\0/\x001\0one\0NAME\0");
        check(b"signal\0boom\0");
        check(b"signal\x0015");
    }

    #[test]
    fn replies_come_back_as_they_were() {
        let cpu = Duration::from_millis(120);
        let check =
            |reply: Reply| assert_eq!(Reply::decode(reply.encode().as_bytes()), Some(reply));
        check(Reply::Started(Pid::INIT));
        check(Reply::Refused(2));
        check(Reply::Ended(Exit {
            status: Status::Code(3),
            cpu,
        }));
        check(Reply::Ended(Exit {
            status: Status::Signal(9),
            cpu: Duration::ZERO,
        }));
        check(Reply::Gone(Gone { forced: 2, cpu }));
        assert_eq!(Reply::decode(b"ended well"), None);
    }
}
