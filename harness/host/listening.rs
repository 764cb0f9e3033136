//! Where the processes of a tree listen, as the kernel knows it: their sockets against dumps of
//! all that listen. When to look, and which of several it is to be, is for the caller.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;

use netlink_packet_sock_diag::SockDiagMessage;
use netlink_packet_sock_diag::constants::{AF_INET, AF_INET6, IPPROTO_TCP, IPPROTO_UDP};
use netlink_packet_sock_diag::inet::{ExtensionFlags, InetRequest, SocketId, StateFlags};
use netlink_packet_sock_diag::unix::nlas::UnixDiagName;
use netlink_packet_sock_diag::unix::{self, ShowFlags, UnixRequest};

use super::connections::Kernel;
use super::{Pid, tree};
use crate::scenario::words::Transport;

const BOTH_FAMILIES: [u8; 2] = [AF_INET, AF_INET6];

/// What a dump takes for "all ports".
const ANY_PORT: u16 = 0;

/// A socket that takes connections or datagrams, or several on one port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listener {
    /// Where it is reached from this machine.
    pub address: ListenerAddress,
    /// The inodes of its sockets; more than one where a server listens on one port in both
    /// families.
    pub inodes: BTreeSet<u64>,
}

/// An address to connect to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum ListenerAddress {
    /// Over TCP or UDP: a loopback address, unless the server listens on another alone.
    Ip(SocketAddr),
    /// Over a Unix socket: the path as the server bound it.
    Path(PathBuf),
}

impl Kernel {
    /// Where the processes below `guard` listen over `transport`, in the order of port or path;
    /// with a `leased` number, only there.
    ///
    /// # Errors
    /// When the kernel does not answer.
    pub fn listeners(
        &self,
        guard: Pid,
        transport: Transport,
        leased: Option<u16>,
    ) -> io::Result<Vec<Listener>> {
        let held = tree::sockets(&tree::descendants(guard));
        if held.is_empty() {
            return Ok(Vec::new());
        }
        if transport == Transport::Unix {
            return self.unix_listeners(&held);
        }
        let (protocol, states) = match transport {
            Transport::Udp => (IPPROTO_UDP, StateFlags::CLOSE),
            Transport::Tcp | Transport::Unix => (IPPROTO_TCP, StateFlags::LISTEN),
        };
        let on = SocketId {
            source_port: leased.unwrap_or(ANY_PORT),
            ..SocketId::new_v4()
        };
        let mut sockets = self.inet_sockets(&BOTH_FAMILIES, protocol, states, on)?;
        sockets.retain(|(_, inode)| held.contains(inode));
        Ok(by_port(sockets))
    }

    /// The clients of a TCP server whose connection is not over, with the inodes of their sockets:
    /// how a client that does not tell its own address is found.
    ///
    /// # Errors
    /// When the kernel does not answer.
    pub fn clients_of(&self, server: SocketAddr) -> io::Result<Vec<(SocketAddr, u64)>> {
        let families = if server.is_ipv4() {
            [AF_INET]
        } else {
            [AF_INET6]
        };
        let states = StateFlags::all() - StateFlags::LISTEN - StateFlags::TIME_WAIT;
        let to = SocketId {
            destination_port: server.port(),
            ..SocketId::new_v4()
        };
        let mut found = self.inet_sockets(&families, IPPROTO_TCP, states, to)?;
        found.sort_unstable();
        Ok(found)
    }

    /// Whether any socket of the machine has this port, be it only for the stray packets of a
    /// connection that is over: a server that does not reuse addresses could not bind it.
    pub(super) fn is_taken(&self, port: u16) -> io::Result<bool> {
        let on = SocketId {
            source_port: port,
            ..SocketId::new_v4()
        };
        let (all, families) = (StateFlags::all(), &BOTH_FAMILIES);
        let tcp = self.inet_sockets(families, IPPROTO_TCP, all.clone(), on.clone())?;
        Ok(!tcp.is_empty()
            || !self
                .inet_sockets(families, IPPROTO_UDP, all, on)?
                .is_empty())
    }

    /// The local addresses and inodes of sockets; only those with the ports of `id` that are not
    /// [`ANY_PORT`]. The kernel looks at nothing else of it.
    fn inet_sockets(
        &self,
        families: &[u8],
        protocol: u8,
        states: StateFlags,
        id: SocketId,
    ) -> io::Result<Vec<(SocketAddr, u64)>> {
        let mut found = Vec::new();
        for &family in families {
            let request = InetRequest {
                family,
                protocol,
                extensions: ExtensionFlags::empty(),
                states: states.clone(),
                socket_id: id.clone(),
            };
            self.netlink
                .dump(SockDiagMessage::InetRequest(request), |entry| {
                    if let SockDiagMessage::InetResponse(entry) = entry {
                        let id = &entry.header.socket_id;
                        let address = SocketAddr::new(id.source_address, id.source_port);
                        found.push((address, u64::from(entry.header.inode)));
                    }
                })?;
        }
        Ok(found)
    }

    fn unix_listeners(&self, held: &BTreeSet<u64>) -> io::Result<Vec<Listener>> {
        let request = UnixRequest {
            state_flags: unix::StateFlags::LISTEN,
            inode: 0,
            show_flags: ShowFlags::NAME,
            cookie: [0xff; 8],
        };
        let mut found = BTreeMap::new();
        self.netlink
            .dump(SockDiagMessage::UnixRequest(request), |entry| {
                let SockDiagMessage::UnixResponse(entry) = entry else {
                    return;
                };
                let inode = u64::from(entry.header.inode);
                if let Some(UnixDiagName::Pathname(path)) = entry.name()
                    && held.contains(&inode)
                {
                    found.insert(PathBuf::from(path), inode);
                }
            })?;
        let listener = |(path, inode)| Listener {
            address: ListenerAddress::Path(path),
            inodes: BTreeSet::from([inode]),
        };
        Ok(found.into_iter().map(listener).collect())
    }
}

/// One listener for each port, since some servers open one socket for each family.
fn by_port(mut sockets: Vec<(SocketAddr, u64)>) -> Vec<Listener> {
    // IPv4 before IPv6, and any address before a particular one.
    sockets.sort_unstable();
    let mut ports: BTreeMap<u16, Listener> = BTreeMap::new();
    for (address, inode) in sockets {
        let reached = reached_at(address);
        let listener = ports.entry(address.port()).or_insert_with(|| Listener {
            address: ListenerAddress::Ip(reached),
            inodes: BTreeSet::new(),
        });
        listener.inodes.insert(inode);
        let known_is_loopback = match listener.address {
            ListenerAddress::Ip(known) => known.ip().is_loopback(),
            ListenerAddress::Path(_) => true,
        };
        if !known_is_loopback && reached.ip().is_loopback() {
            listener.address = ListenerAddress::Ip(reached);
        }
    }
    ports.into_values().collect()
}

/// A socket on every address of the machine is reached by loopback.
fn reached_at(bound: SocketAddr) -> SocketAddr {
    let address = match bound.ip().to_canonical() {
        IpAddr::V4(address) if address.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(address) if address.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        address => address,
    };
    SocketAddr::new(address, bound.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sockets_on_one_port_are_one_listener_reached_by_loopback() {
        let check = |bound: &[&str], expected: &[(&str, usize)]| {
            let sockets = bound
                .iter()
                .zip(1..)
                .map(|(text, inode)| (text.parse().unwrap(), inode));
            let found: Vec<(ListenerAddress, usize)> = by_port(sockets.collect())
                .into_iter()
                .map(|listener| (listener.address, listener.inodes.len()))
                .collect();
            let expected: Vec<(ListenerAddress, usize)> = expected
                .iter()
                .map(|(text, sockets)| (ListenerAddress::Ip(text.parse().unwrap()), *sockets))
                .collect();
            assert_eq!(found, expected);
        };
        check(&[], &[]);
        check(&["0.0.0.0:80"], &[("127.0.0.1:80", 1)]);
        check(&["[::]:80"], &[("[::1]:80", 1)]);
        check(&["[::]:80", "0.0.0.0:80"], &[("127.0.0.1:80", 2)]);
        check(&["[::ffff:127.0.0.1]:80"], &[("127.0.0.1:80", 1)]);
        check(&["10.1.2.3:80", "127.0.0.1:80"], &[("127.0.0.1:80", 2)]);
        check(&["10.1.2.3:80", "[::1]:80"], &[("[::1]:80", 2)]);
        check(&["10.1.2.3:80"], &[("10.1.2.3:80", 1)]);
        check(
            &["127.0.0.1:90", "127.0.0.1:80"],
            &[("127.0.0.1:80", 1), ("127.0.0.1:90", 1)],
        );
    }
}
