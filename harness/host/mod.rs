//! What the operating system knows and does: processes under guards, their trees and sockets, what
//! the kernel says of a connection, port leases, limits, signals and time. It knows nothing of
//! peers, cases or protocols; whoever asks decides what an answer means.

// Starting and ending: the harness's side, the guard's, and what they say to one another.
pub mod launcher;
pub mod process;

mod child;
mod ward;

pub mod guard;
mod message;

// Looking: process trees, and what the kernel tells of sockets.
pub mod tree;

pub mod connections;
pub mod listening;
pub mod sockets;

mod netlink;

// What a run takes from the system.
mod cpu;
pub mod deadline;
pub mod limits;
pub mod ports;
pub mod signals;

pub use connections::{Kernel, KernelError, Read};
pub use cpu::cpu_time;
pub use launcher::{Command, Launcher, StartError};
pub use listening::{Listener, ListenerAddress};
pub use process::{Exit, Gone, GuardLost, KillError, Process, Status};
pub use rustix::process::{Pid, Signal};
