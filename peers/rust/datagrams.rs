//! The UDP server. It has no connections, so nothing is queued and nobody is known to leave.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::net::SocketAddr;

use tokio::net::UdpSocket;

use crate::room::Audience;

/// Room for any datagram: the length field of UDP has 16 bits (RFC 768).
const BUFFER_SIZE: usize = 65_535;

/// Answers or relays each datagram, for ever.
pub(crate) async fn relay(socket: &UdpSocket, audience: Audience) -> Infallible {
    let mut buffer = vec![0; BUFFER_SIZE];
    let mut heard_from = BTreeSet::new();
    loop {
        // What fails to be received is news of a datagram that did not arrive: nothing to do.
        let Ok((length, speaker)) = socket.recv_from(&mut buffer).await else {
            continue;
        };
        let datagram = &buffer[..length];
        if audience == Audience::Speaker {
            send(socket, datagram, speaker).await;
            continue;
        }
        heard_from.insert(speaker);
        for receiver in &heard_from {
            if audience == Audience::Everyone || *receiver != speaker {
                send(socket, datagram, *receiver).await;
            }
        }
    }
}

/// Sends to one receiver, whatever became of it. An error may be news of an earlier datagram, told
/// in the place of sending this one, so one more try is made.
async fn send(socket: &UdpSocket, datagram: &[u8], receiver: SocketAddr) {
    if socket.send_to(datagram, receiver).await.is_err() {
        let _ = socket.send_to(datagram, receiver).await;
    }
}
