//! The UDP server. It has no connections, so nobody is known to leave and nothing is queued.

use std::cell::RefCell;
use std::net::SocketAddr;
use std::rc::Rc;

use tokio::net::UdpSocket;
use tokio::task::{LocalSet, spawn_local};

use crate::bind;
use crate::flaw::Flaw;
use crate::hall::HOLD;
use crate::lateness::let_pass;
use crate::room::{Delivery, Ended, Room};
use crate::settings::Settings;

/// Room for any datagram: the length field of UDP has 16 bits (RFC 768).
const BUFFER_SIZE: usize = 65_535;

struct Post {
    room: RefCell<Room<SocketAddr>>,
    /// Where datagrams arrive.
    inbox: UdpSocket,
    /// Where they leave, if that is another socket.
    other: Option<UdpSocket>,
}

/// Answers or relays each datagram; returns only when the flaw ends the server.
pub(crate) async fn serve(inbox: UdpSocket, settings: &Settings, flaw: Flaw) {
    let other = match flaw {
        Flaw::AnswersFromAnotherPort => bind::another_port(&inbox).ok(),
        _ => None,
    };
    let post = Rc::new(Post {
        room: RefCell::new(Room::new(settings, flaw)),
        inbox,
        other,
    });
    LocalSet::new().run_until(post.relay()).await;
}

impl Post {
    async fn relay(self: Rc<Self>) {
        let mut buffer = vec![0; BUFFER_SIZE];
        loop {
            // What fails to be received is news of a datagram that did not arrive: nothing to do.
            let Ok((length, from)) = self.inbox.recv_from(&mut buffer).await else {
                continue;
            };
            let welcome = self.room.borrow_mut().enter(from);
            self.deliver(welcome).await;
            let heard = self.room.borrow_mut().hear(from, &buffer[..length]);
            match heard {
                Ok(deliveries) => self.deliver(deliveries).await,
                Err(Ended::Server) => return,
                // There is no connection to end.
                Err(Ended::Speaker) => {}
            }
            if self.room.borrow().holds() {
                let post = Rc::clone(&self);
                spawn_local(async move {
                    let_pass(HOLD).await;
                    let deliveries = post.room.borrow_mut().let_go();
                    post.deliver(deliveries).await;
                });
            }
        }
    }

    async fn deliver(self: &Rc<Self>, deliveries: Vec<Delivery<SocketAddr>>) {
        for delivery in deliveries {
            if delivery.after.is_zero() {
                self.send(&delivery).await;
            } else {
                let post = Rc::clone(self);
                spawn_local(async move {
                    let_pass(delivery.after).await;
                    post.send(&delivery).await;
                });
            }
        }
    }

    /// Sends to one receiver, whatever became of it. An error may be news of an earlier datagram,
    /// told in the place of sending this one, so one more try is made.
    async fn send(&self, delivery: &Delivery<SocketAddr>) {
        let socket = self.other.as_ref().unwrap_or(&self.inbox);
        if socket.send_to(&delivery.words, delivery.to).await.is_err() {
            let _ = socket.send_to(&delivery.words, delivery.to).await;
        }
    }
}
