//! The socket and the clock of the dialogue in datagrams. What is answered is left to `dated`.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::time::{SystemTime, UNIX_EPOCH};

use tokio::net::UdpSocket;

use super::dated::{self, DatedFlaw, Reply};
use super::program::{Fault, General};
use super::talk::WELCOME;

/// Room for any datagram: the length field of UDP has 16 bits (RFC 768).
const BUFFER_SIZE: usize = 65_535;

/// Answers each datagram; returns only when the flaw ends the server.
pub(super) async fn serve(socket: UdpSocket, fault: Fault<DatedFlaw>) {
    let mut buffer = vec![0; BUFFER_SIZE];
    let mut known = BTreeSet::new();
    let mut first = None;
    loop {
        // What fails to be received is news of a datagram that did not arrive: nothing to do.
        let Ok((length, from)) = socket.recv_from(&mut buffer).await else {
            continue;
        };
        if first.is_none() && fault.own() == Some(DatedFlaw::ConnectsToFirst) {
            // Where it fails the flaw does not show, and a scenario says so.
            let _ = socket.connect(from).await;
        }
        let first = *first.get_or_insert(from);
        let to = match fault.own() {
            Some(DatedFlaw::AnswersFirstSender) => first,
            _ => from,
        };
        if known.insert(from) && fault.general() == Some(General::Greets) {
            send(&socket, WELCOME, to).await;
        }
        let Some(reply) = answer(&buffer[..length], fault) else {
            continue;
        };
        send(&socket, reply.words.as_bytes(), to).await;
        if fault.general() == Some(General::Duplicates) {
            send(&socket, reply.words.as_bytes(), to).await;
        }
        if reply.is_last {
            return;
        }
    }
}

fn answer(datagram: &[u8], fault: Fault<DatedFlaw>) -> Option<Reply> {
    let heard = match fault.general() {
        Some(General::NeverAnswers) => return None,
        Some(General::DropsLastByte) => &datagram[..datagram.len().saturating_sub(1)],
        _ => datagram,
    };
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    // A clock that stands before 1970 is told as 1970.
    let now = since.map_or(0, |since| since.as_secs());
    dated::answer(heard, now, fault.own())
}

/// Sends to one receiver, whatever became of it.
async fn send(socket: &UdpSocket, words: &[u8], to: SocketAddr) {
    let _ = socket.send_to(words, to).await;
}
