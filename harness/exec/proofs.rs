//! What is proved by asking the kernel: that the server has read, or has not.

use std::io;
use std::rc::Rc;
use std::time::{Duration, Instant};

use super::room::{Live, Room};
use crate::host::connections::Read;
use crate::host::deadline::{self, Looks};
use crate::scenario::words::{End, ErrorKind};
use crate::trace::Stop;
use crate::transport::Address;

impl Room<'_> {
    /// Waits until the server has read all that was sent on these connections.
    pub async fn has_read(&self, lives: &[&Live]) -> Stop {
        let mut first = Stop::Met;
        for live in lives {
            let stop = self.has_read_one(live).await;
            if first == Stop::Met {
                first = stop;
            }
        }
        self.unread_datagrams.set(0);
        first
    }

    /// Waits until the server has read all that any actor has sent.
    pub async fn has_read_all(&self) -> Stop {
        let mut open = self.open();
        // Nobody knows what a program has sent.
        open.retain(|live| live.driver.program().is_none());
        self.has_read(&open.iter().map(Rc::as_ref).collect::<Vec<_>>())
            .await
    }

    async fn has_read_one(&self, live: &Live) -> Stop {
        let mut looks = Looks::at_connection();
        let limit = self.settings.timeout;
        let read = deadline::within(limit, async {
            live.driver.written().await;
            loop {
                match self.look_at_reading(live) {
                    Ok(Read::NotYet) => looks.next().await,
                    other => return other,
                }
            }
        });
        match read.await {
            Ok(Ok(Read::Yes | Read::NotYet)) => Stop::Met,
            Ok(Ok(Read::Gone)) => Stop::Over {
                end: End::Failed,
                error: Some(ErrorKind::Other),
                text: String::from("the server's end is gone, so nothing shows what it had read"),
            },
            Ok(Ok(Read::Dropped)) => {
                Stop::Unanswerable(String::from("the server's receive buffer was full"))
            }
            Ok(Err(error)) => Stop::Unanswerable(error.to_string()),
            Err(_) => {
                let name = &self.actor(live.actor).name;
                let awaited = format!("the server to read all that {name} sent");
                Stop::Deadline {
                    waited: limit,
                    awaited,
                }
            }
        }
    }

    fn look_at_reading(&self, live: &Live) -> io::Result<Read> {
        let address = self.address.borrow();
        match (address.as_ref(), live.local) {
            (Some(Address::Tcp(server)), Some(ours)) => {
                let finished = u64::from(live.driver.is_finished());
                let owed = live.driver.sent() + finished;
                self.kernel.has_read_tcp(ours, *server, owed)
            }
            (Some(Address::Udp(server)), Some(ours)) => {
                self.kernel.has_read_udp(ours, *server, self.drops.get())
            }
            _ => match live.driver.inode() {
                Some(inode) => self.kernel.has_read_unix(inode?),
                None => Ok(Read::Gone),
            },
        }
    }

    /// Notes what the server's socket had dropped before the first actor says anything, so that a
    /// datagram lost from then on is told from one that was read.
    pub fn note_drops(&self, live: &Live) {
        if let (Some(Address::Udp(server)), Some(ours), 0) =
            (&*self.address.borrow(), live.local, live.index)
            && let Ok(Some(socket)) = self.kernel.udp(*server, ours)
        {
            self.drops.set(socket.drops);
        }
    }

    /// Before a datagram is sent: so few are unread at the server at a time that none is lost on
    /// our account (the default receive buffer of loopback holds 3 of 65,507 bytes).
    pub async fn make_room_for_datagram(&self, bytes: usize) {
        if self.case.transport.is_stream() {
            return;
        }
        let cost = match bytes > LARGE {
            true => WINDOW / 2,
            false => (bytes + OVERHEAD).next_power_of_two(),
        };
        while self.unread_datagrams.get() > 0 && self.unread_datagrams.get() + cost > WINDOW {
            // A server that does not read is found out by what it then does not answer.
            // Whoever waits here beside others looks for itself, so what they sent is not lost sight
            // of.
            self.has_read_all().await;
        }
        self.unread_datagrams
            .set(self.unread_datagrams.get() + cost);
    }

    /// Bytes that we sent stay unread all that time, on some connection.
    pub async fn expect_unread(&self, span: Duration) -> Stop {
        let until = Instant::now() + span;
        let mut looks = Looks::at_connection();
        self.declare(span);
        loop {
            let open = self.open();
            let unread = open.iter().any(|live| {
                !live.driver.is_written() || matches!(self.look_at_reading(live), Ok(Read::NotYet))
            });
            if !unread {
                return Stop::Differs;
            }
            if deadline::until(until, looks.next()).await.is_err() {
                return Stop::Met;
            }
        }
    }
}

/// A datagram over this size is one of two.
const LARGE: usize = 8 << 10;

/// What the kernel counts for a datagram beside its bytes, which it rounds up too.
const OVERHEAD: usize = 1 << 10;

/// So much may be unread at the server at a time, and so at an actor that hears it again: two large
/// datagrams or up to 64 small ones. The default receive buffer of loopback holds three of 65,507
/// bytes.
const WINDOW: usize = 128 << 10;
