//! One NETLINK_SOCK_DIAG socket, kept: exact look-ups, which take 2.5 µs, and dumps. What is asked,
//! and what an answer means, is the business of `connections` and `listening`.

use std::cell::{Cell, RefCell};
use std::io;
use std::os::fd::OwnedFd;
use std::time::Duration;

use netlink_packet_core::{
    NLM_F_DUMP, NLM_F_REQUEST, NetlinkBuffer, NetlinkHeader, NetlinkMessage, NetlinkPayload,
};
use netlink_packet_sock_diag::SockDiagMessage;
use rustix::io::Errno;
use rustix::net::netlink::{SOCK_DIAG, SocketAddrNetlink};
use rustix::net::sockopt::{Timeout, set_socket_timeout};
use rustix::net::{
    AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, connect, recv, send, socket_with,
};

/// The kernel writes up to 32 KiB of a dump at once.
const ROOM: usize = 64 * 1024;

/// The kernel answers before `send` returns; that an answer is missing is a fault, not slowness.
const ANSWER: Duration = Duration::from_secs(1);

/// A socket on which the kernel answers about other sockets.
#[derive(Debug)]
pub(super) struct Netlink {
    socket: OwnedFd,
    sequence: Cell<u32>,
    room: RefCell<Vec<u8>>,
}

/// What one message of an answer is.
enum Part {
    Entry(SockDiagMessage),
    /// One whose content the crate cannot read: about a socket that is none of ours.
    Unreadable,
    Failed(Errno),
    Done,
}

impl Netlink {
    pub fn open() -> io::Result<Netlink> {
        let flags = SocketFlags::CLOEXEC;
        let protocol = Some(SOCK_DIAG);
        let socket = socket_with(AddressFamily::NETLINK, SocketType::RAW, flags, protocol)?;
        connect(&socket, &SocketAddrNetlink::new(0, 0))?;
        set_socket_timeout(&socket, Timeout::Recv, Some(ANSWER))?;
        Ok(Netlink {
            socket,
            sequence: Cell::new(0),
            room: RefCell::new(vec![0; ROOM]),
        })
    }

    /// Asks about one socket; `None` when the kernel knows of none.
    pub fn look_up(&self, request: SockDiagMessage) -> io::Result<Option<SockDiagMessage>> {
        let sequence = self.ask(request, NLM_F_REQUEST)?;
        let mut answer = None;
        while answer.is_none() {
            self.hear(sequence, |part| {
                answer = Some(match part {
                    Part::Entry(entry) => Ok(Some(entry)),
                    Part::Failed(Errno::NOENT) => Ok(None),
                    Part::Failed(error) => Err(error.into()),
                    Part::Unreadable | Part::Done => Err(unreadable()),
                });
            })?;
        }
        answer.unwrap_or_else(|| Err(unreadable()))
    }

    /// Asks about all sockets of a kind.
    pub fn dump(
        &self,
        request: SockDiagMessage,
        mut entry: impl FnMut(SockDiagMessage),
    ) -> io::Result<()> {
        let sequence = self.ask(request, NLM_F_REQUEST | NLM_F_DUMP)?;
        let mut end = None;
        while end.is_none() {
            self.hear(sequence, |part| match part {
                Part::Entry(message) => entry(message),
                Part::Unreadable => {}
                Part::Failed(error) => end = Some(Err(error.into())),
                Part::Done => end = Some(Ok(())),
            })?;
        }
        end.unwrap_or(Ok(()))
    }

    /// Sends a request and returns the number by which its answers are known.
    fn ask(&self, request: SockDiagMessage, flags: u16) -> io::Result<u32> {
        let sequence = self.sequence.get().wrapping_add(1);
        self.sequence.set(sequence);
        let mut header = NetlinkHeader::default();
        header.flags = flags;
        header.sequence_number = sequence;
        let mut message = NetlinkMessage::new(header, NetlinkPayload::from(request));
        message.finalize();
        let mut bytes = vec![0; message.buffer_len()];
        message.serialize(&mut bytes);
        send(&self.socket, &bytes, SendFlags::empty())?;
        Ok(sequence)
    }

    /// Receives one datagram, which holds one or many messages; those that answer an earlier
    /// request, one that was given up, are passed over.
    fn hear(&self, sequence: u32, mut tell: impl FnMut(Part)) -> io::Result<()> {
        let mut room = self.room.borrow_mut();
        let (length, _) = loop {
            match recv(&self.socket, room.as_mut_slice(), RecvFlags::empty()) {
                Err(Errno::INTR) => {}
                received => break received?,
            }
        };
        let mut rest = &room[..length];
        while !rest.is_empty() {
            let frame = NetlinkBuffer::new_checked(rest).map_err(|_| unreadable())?;
            let (message_length, number) = (frame.length() as usize, frame.sequence_number());
            if number == sequence {
                tell(read(&rest[..message_length]));
            }
            // Messages begin at multiples of four.
            rest = rest
                .get(message_length.next_multiple_of(4)..)
                .unwrap_or_default();
        }
        Ok(())
    }
}

fn read(message: &[u8]) -> Part {
    match NetlinkMessage::<SockDiagMessage>::deserialize(message).map(|read| read.payload) {
        Ok(NetlinkPayload::InnerMessage(entry)) => Part::Entry(entry),
        Ok(NetlinkPayload::Done(_)) => Part::Done,
        Ok(NetlinkPayload::Error(error)) => match error.code {
            Some(code) => Part::Failed(Errno::from_raw_os_error(code.get().saturating_neg())),
            None => Part::Done,
        },
        Ok(_) | Err(_) => Part::Unreadable,
    }
}

fn unreadable() -> io::Error {
    io::Error::other("the kernel answers about sockets in a form that is not known")
}
