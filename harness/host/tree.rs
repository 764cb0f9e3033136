//! Process trees as `/proc` shows them: who descends from whom, which sockets they hold, what a
//! process has spent. Whose tree it is, and what is done to it, is decided elsewhere.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::time::Duration;

use super::Pid;

/// Clock ticks in a second, in which the kernel tells CPU times: `USER_HZ`, 100 on every
/// architecture that Rust's Linux targets have.
const TICKS_PER_SECOND: u64 = 100;

/// The children of a process; none when it is gone.
///
/// Every thread is asked, since a child belongs to the thread that forked it, and Node and Java
/// fork from threads of their own.
pub fn children(process: Pid) -> Vec<Pid> {
    let Ok(threads) = fs::read_dir(format!("/proc/{process}/task")) else {
        return Vec::new();
    };
    let lists = threads
        .flatten()
        .filter_map(|entry| fs::read(entry.path().join("children")).ok());
    lists.flat_map(|list| pids(&list)).collect()
}

fn pids(list: &[u8]) -> Vec<Pid> {
    let words = String::from_utf8_lossy(list);
    words
        .split_whitespace()
        .filter_map(|word| Pid::from_raw(word.parse().ok()?))
        .collect()
}

/// All that descend from `root`, without `root`, parents before their children.
pub fn descendants(root: Pid) -> Vec<Pid> {
    let mut found = children(root);
    let mut asked = 0;
    while let Some(&next) = found.get(asked) {
        // A process that changes parents between two reads is listed under both.
        let more: Vec<Pid> = children(next)
            .into_iter()
            .filter(|child| !found.contains(child))
            .collect();
        found.extend(more);
        asked += 1;
    }
    found
}

/// The inodes of all sockets that these processes hold now; a process that is gone holds none.
pub fn sockets(processes: &[Pid]) -> BTreeSet<u64> {
    let folders = processes
        .iter()
        .filter_map(|pid| fs::read_dir(format!("/proc/{pid}/fd")).ok());
    folders
        .flat_map(|folder| folder.flatten())
        .filter_map(|entry| fs::read_link(entry.path()).ok())
        .filter_map(|target| socket_inode(target.as_os_str().as_bytes()))
        .collect()
}

/// The number in `socket:[NUMBER]`.
fn socket_inode(link: &[u8]) -> Option<u64> {
    let number = link.strip_prefix(b"socket:[")?.strip_suffix(b"]")?;
    str::from_utf8(number).ok()?.parse().ok()
}

/// What `/proc/PID/stat` tells of a process, a zombie included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stat {
    /// Whether it has ended and only waits to be reaped.
    pub ended: bool,
    /// The CPU that it and the children that it reaped have spent, in steps of 10 ms.
    pub cpu: Duration,
}

impl Stat {
    /// Of this process, if it is there.
    pub fn of(process: Pid) -> Option<Stat> {
        Stat::parse(&fs::read(format!("/proc/{process}/stat")).ok()?)
    }

    /// Field 3 is the state, fields 14 to 17 the times of the process and of its reaped children
    /// (`proc_pid_stat(5)`). Field 2, the name in brackets, may itself hold spaces and brackets.
    fn parse(stat: &[u8]) -> Option<Stat> {
        let name_end = stat.iter().rposition(|&byte| byte == b')')?;
        let rest = String::from_utf8_lossy(&stat[name_end + 1..]);
        let mut fields = rest.split_whitespace();
        let ended = matches!(fields.next()?, "Z" | "X");
        let ticks: u64 = fields
            .skip(10)
            .take(4)
            .filter_map(|field| field.parse::<u64>().ok())
            .sum();
        Some(Stat {
            ended,
            cpu: Duration::from_millis(ticks * 1000 / TICKS_PER_SECOND),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_children_is_read() {
        let check = |list: &[u8], expected: &[i32]| {
            let found: Vec<i32> = pids(list).into_iter().map(Pid::as_raw_pid).collect();
            assert_eq!(found, expected);
        };
        check(b"", &[]);
        check(b"12 345 6 ", &[12, 345, 6]);
        check(b"12 x 0 7", &[12, 7]);
    }

    #[test]
    fn only_sockets_have_an_inode() {
        let check = |link: &[u8], expected| assert_eq!(socket_inode(link), expected);
        check(b"socket:[4711]", Some(4711));
        check(b"pipe:[4711]", None);
        check(b"socket:[]", None);
        check(b"/tmp/socket:[1]", None);
    }

    #[test]
    fn a_name_may_hold_brackets_and_spaces() {
        let check = |stat: &[u8], expected: Option<(bool, u64)>| {
            let found = Stat::parse(stat).map(|stat| (stat.ended, stat.cpu.as_millis() as u64));
            assert_eq!(found, expected);
        };
        let sleeping = b"7 (a) b (c) S 1 7 7 0 -1 4194560 1 2 3 4 11 22 33 44 20 0 1 0 99 0 0";
        check(sleeping, Some((false, 1100)));
        check(
            b"7 (sh) Z 1 7 7 0 -1 4194560 1 2 3 4 1 0 0 0 20 0 1",
            Some((true, 10)),
        );
        check(b"", None);
        check(b"7 (sh)", None);
    }

    #[test]
    fn a_socket_of_our_own_is_found() {
        let own = rustix::process::getpid();
        let before = sockets(&[own]);
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let inode = rustix::fs::fstat(&listener).unwrap().st_ino;
        assert!(!before.contains(&inode));
        assert!(sockets(&[own]).contains(&inode));
    }

    #[test]
    #[expect(
        clippy::disallowed_methods,
        reason = "a child without a guard is the point"
    )]
    fn a_child_of_our_own_is_found_until_it_is_reaped() {
        let mut child = std::process::Command::new("sleep")
            .arg("60")
            .spawn()
            .unwrap();
        let pid = Pid::from_child(&child);
        let own = rustix::process::getpid();
        assert!(descendants(own).contains(&pid));
        assert!(!Stat::of(pid).unwrap().ended);
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(!descendants(own).contains(&pid));
    }
}
