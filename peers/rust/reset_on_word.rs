//! The dialogue `reset-on-word`: a server that says nothing, and ends connections as it is told.
//!
//! It is there for clients that are judged by how they take an end of their connection. Nothing
//! is ever owed to anyone, so there is no queue and no stall here.

use std::future::Future;
use std::io::{self, ErrorKind};

use tokio::task::{LocalSet, consume_budget, spawn_local};

use crate::socket::{Listener, Socket};

/// The most that is read at a time.
const READ_SIZE: usize = 4096;

/// How a client asks for its connection to be ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    Reset,
    End,
}

/// The words and what they ask for.
const ORDERS: [(&[u8], Order); 2] = [(b"reset", Order::Reset), (b"end", Order::End)];

/// The most bytes of a word that can have come when its last one has not.
const MOST_REMEMBERED: usize = 4;

/// Listens for the words in what one client says, in whatever pieces it comes.
#[derive(Debug, Default)]
struct Ear {
    remembered: Vec<u8>,
}

impl Ear {
    /// The first order that is complete with `piece`. Looked for at every byte, so that it does
    /// not depend on how the stream was divided.
    fn hear(&mut self, piece: &[u8]) -> Option<Order> {
        let mut said = std::mem::take(&mut self.remembered);
        said.extend_from_slice(piece);
        let order = (1..=said.len()).find_map(|end| order_at_end(&said[..end]));
        self.remembered = said.split_off(said.len().saturating_sub(MOST_REMEMBERED));
        order
    }
}

fn order_at_end(said: &[u8]) -> Option<Order> {
    let spoken = ORDERS.iter().find(|(word, _)| said.ends_with(word));
    spoken.map(|(_, order)| *order)
}

/// Serves all who come to `listener`; at `shutdown` every connection is closed as it stands.
pub(crate) async fn serve(listener: Listener, shutdown: impl Future<Output = ()>) {
    let tasks = LocalSet::new();
    tasks.spawn_local(async move {
        loop {
            spawn_local(attend(listener.next_client().await));
        }
    });
    tasks.run_until(shutdown).await;
}

/// Serves one client to its end. What fails here is that it is gone, and it is let go all the same.
async fn attend(socket: Socket) {
    match await_order(&socket).await {
        Ok(Some(Order::Reset)) => socket.abort_at_close(),
        Ok(Some(Order::End)) => {
            let _ = part(&socket).await;
        }
        Ok(None) | Err(_) => {}
    }
}

/// Listens until the client gives an order, or says no more.
async fn await_order(socket: &Socket) -> io::Result<Option<Order>> {
    let mut ear = Ear::default();
    let mut buffer = [0; READ_SIZE];
    loop {
        let count = read(socket, &mut buffer).await?;
        let order = ear.hear(&buffer[..count]);
        if count == 0 || order.is_some() {
            return Ok(order);
        }
    }
}

/// Ends our side, and stays until the client ends its own: to close on something unread would be
/// a reset.
async fn part(socket: &Socket) -> io::Result<()> {
    socket.half_close()?;
    let mut unheard = [0; READ_SIZE];
    while read(socket, &mut unheard).await? > 0 {}
    Ok(())
}

/// Reads something: how many bytes, 0 at the end of the stream.
async fn read(socket: &Socket, buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        consume_budget().await;
        socket.readable().await?;
        match socket.try_read(buffer) {
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            read => return read,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first order in `said`, whole, byte by byte, and divided at every place.
    fn check(said: &[u8], expected: Option<Order>) {
        let first_of = |pieces: &[&[u8]]| {
            let mut ear = Ear::default();
            pieces.iter().find_map(|piece| ear.hear(piece))
        };
        let bytes: Vec<&[u8]> = said.chunks(1).collect();
        assert_eq!(first_of(&bytes), expected, "{said:?} byte by byte");
        for place in 0..=said.len() {
            let (one, other) = said.split_at(place);
            assert_eq!(first_of(&[one, other]), expected, "{said:?} at {place}");
        }
    }

    #[test]
    fn a_word_is_heard_wherever_it_ends_and_however_it_is_divided() {
        check(b"reset", Some(Order::Reset));
        check(b"end", Some(Order::End));
        check(b"please reset", Some(Order::Reset));
        check(b"rereset", Some(Order::Reset));
        check(b"the friend", Some(Order::End));
        check(b"reset and what comes behind", Some(Order::Reset));
        check(b"end reset", Some(Order::End));
        check(b"", None);
        check(b"RESET, En d, rese t", None);
        check(b"re\0set and en\nd", None);
    }
}
