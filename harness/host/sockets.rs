//! What the kernel tells of a socket, read out of its answers. Asking, and what follows from an
//! answer, is the business of `connections`.

use netlink_packet_sock_diag::constants::{
    TCP_CLOSE, TCP_CLOSE_WAIT, TCP_CLOSING, TCP_ESTABLISHED, TCP_FIN_WAIT1, TCP_FIN_WAIT2,
    TCP_LAST_ACK, TCP_TIME_WAIT,
};
use netlink_packet_sock_diag::inet::InetResponse;
use netlink_packet_sock_diag::inet::nlas::Nla as InetFact;
use netlink_packet_sock_diag::unix;

/// Where `tcpi_bytes_acked` and `tcpi_bytes_received` stand in the kernel's `struct tcp_info`.
const BYTES_ACKED: usize = 120;
const BYTES_RECEIVED: usize = 128;

/// The least memory that one datagram in a queue is counted with.
const SMALLEST_DATAGRAM: u32 = 768;

/// How far a TCP connection is, seen from one end (RFC 9293, section 3.3.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TcpState {
    /// Not yet established.
    Opening,
    /// Both ends may speak.
    Open,
    /// This end has no more to say, the other may (FIN_WAIT).
    Ended,
    /// The other end has no more to say, this one may (CLOSE_WAIT).
    OtherEnded,
    /// Both have ended, and an acknowledgement is missing (CLOSING, LAST_ACK).
    Ending,
    /// Over; the kernel only waits for stray packets (TIME_WAIT).
    Over,
}

impl TcpState {
    fn from_number(state: u8) -> TcpState {
        match state {
            TCP_ESTABLISHED => TcpState::Open,
            TCP_FIN_WAIT1 | TCP_FIN_WAIT2 => TcpState::Ended,
            TCP_CLOSE_WAIT => TcpState::OtherEnded,
            TCP_CLOSING | TCP_LAST_ACK => TcpState::Ending,
            TCP_TIME_WAIT | TCP_CLOSE => TcpState::Over,
            _ => TcpState::Opening,
        }
    }
}

/// One end of a TCP connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TcpEnd {
    /// Which of the two ends have ended.
    pub state: TcpState,
    /// The inode of its socket; `None` before it is accepted and after its descriptor is closed.
    pub inode: Option<u64>,
    /// Bytes that came and were not read; an end that was not read counts as one.
    pub unread: u32,
    /// Bytes that it wrote and the other side has not acknowledged.
    pub unacknowledged: u32,
    /// Bytes that came in all; an end counts as one. `None` when both have ended.
    pub received: Option<u64>,
    /// Bytes of its own that the other side acknowledged in all; beginning and end count as one
    /// each. `None` when both have ended.
    pub acknowledged: Option<u64>,
}

/// One UDP socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UdpSocket {
    /// Its inode.
    pub inode: u64,
    /// The memory of the datagrams that wait in it, of all senders; 0 is none.
    pub unread_memory: u32,
    /// Datagrams that were dropped so far because it was full.
    pub drops: u32,
}

impl UdpSocket {
    /// The most datagrams that can wait in that memory.
    pub fn waiting_at_most(&self) -> u32 {
        self.unread_memory.div_ceil(SMALLEST_DATAGRAM)
    }
}

/// One end of a connection over a Unix socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnixEnd {
    /// The inode of the other end; `None` before it is accepted and after it is closed.
    pub peer: Option<u64>,
    /// Bytes that came and were not read; for a listener, connections to accept.
    pub unread: u32,
    /// The memory of what it wrote and the other end has not read; 0 is none.
    pub unread_by_peer: u32,
    /// Whether the other side has ended or closed.
    pub ended: bool,
    /// Whether it has a name, as listeners and what they accepted have; the ends of a pair that a
    /// program made for itself have none.
    pub named: bool,
}

impl From<&InetResponse> for TcpEnd {
    fn from(answer: &InetResponse) -> TcpEnd {
        let info = answer.nlas.iter().find_map(|fact| match fact {
            InetFact::TcpInfo(info) => Some(info.as_slice()),
            _ => None,
        });
        let counter = |at: usize| {
            let bytes = info?.get(at..at + 8)?;
            Some(u64::from_ne_bytes(bytes.try_into().ok()?))
        };
        TcpEnd {
            state: TcpState::from_number(answer.header.state),
            inode: Some(u64::from(answer.header.inode)).filter(|&inode| inode != 0),
            unread: answer.header.recv_queue,
            unacknowledged: answer.header.send_queue,
            received: counter(BYTES_RECEIVED),
            acknowledged: counter(BYTES_ACKED),
        }
    }
}

impl From<&InetResponse> for UdpSocket {
    fn from(answer: &InetResponse) -> UdpSocket {
        let drops = answer.nlas.iter().find_map(|fact| match fact {
            InetFact::MemInfo(memory) => Some(memory.drops),
            _ => None,
        });
        UdpSocket {
            inode: u64::from(answer.header.inode),
            unread_memory: answer.header.recv_queue,
            drops: drops.unwrap_or(0),
        }
    }
}

impl From<&unix::UnixResponse> for UnixEnd {
    fn from(answer: &unix::UnixResponse) -> UnixEnd {
        let (mut unread, mut unread_by_peer) = (0, 0);
        for fact in &answer.nlas {
            if let unix::nlas::Nla::ReceiveQueueLength(first, second) = fact {
                (unread, unread_by_peer) = (*first, *second);
            }
        }
        let named = answer
            .nlas
            .iter()
            .any(|fact| matches!(fact, unix::nlas::Nla::Name(_)));
        UnixEnd {
            named,
            peer: answer.peer().map(u64::from).filter(|&inode| inode != 0),
            unread,
            unread_by_peer,
            ended: answer
                .shutdown_state()
                .is_some_and(|directions| directions != 0),
        }
    }
}
