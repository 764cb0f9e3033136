//! What plays an actor: the built-in client, whose sockets are our own, so that what it hears are
//! bytes and nobody's word; or a client program, which is told words and heard.

use std::io;
use std::net::SocketAddr;
use std::rc::Rc;

use tokio::task::JoinHandle;

use super::program::Program;
use crate::host::connections::inode_of;
use crate::transport::{Address, Connection, Ear, Scratch, Socket, Word};

/// One connection of an actor, as what plays it sees it.
#[derive(Clone)]
pub(super) enum Driver {
    /// A socket of ours.
    BuiltIn(Rc<Connection>),
    /// A process, its stdin and its stdout.
    Program(Rc<Program>),
}

impl Driver {
    /// Connects; nothing moves before [`Driver::begin`].
    pub async fn connect(address: &Address, receive_buffer: Option<u32>) -> io::Result<Driver> {
        let socket = Socket::connect(address, receive_buffer).await?;
        Ok(Driver::BuiltIn(Connection::new(socket)))
    }

    /// Begins to read and to write; what arrives goes to the ear.
    pub fn begin(&self, ear: impl Ear + 'static, scratch: Scratch) -> JoinHandle<()> {
        match self {
            Driver::BuiltIn(connection) => {
                tokio::task::spawn_local(Rc::clone(connection).drive(ear, scratch))
            }
            Driver::Program(program) => tokio::task::spawn_local(Rc::clone(program).drive(ear)),
        }
    }

    /// The client program, where one plays.
    pub fn program(&self) -> Option<&Rc<Program>> {
        match self {
            Driver::BuiltIn(_) => None,
            Driver::Program(program) => Some(program),
        }
    }

    /// Our own address; none over Unix sockets, and where a program plays.
    pub fn local(&self) -> Option<SocketAddr> {
        match self {
            Driver::BuiltIn(connection) => connection.with_socket(Socket::local).flatten(),
            Driver::Program(_) => None,
        }
    }

    /// The inode of our end; `None` once it is closed.
    pub fn inode(&self) -> Option<io::Result<u64>> {
        match self {
            Driver::BuiltIn(connection) => connection.with_socket(|socket| inode_of(socket)),
            Driver::Program(_) => None,
        }
    }

    /// Queues bytes, or one message.
    pub fn send(&self, bytes: Rc<[u8]>) {
        match self {
            Driver::BuiltIn(connection) => connection.send(bytes),
            Driver::Program(program) => program.send(bytes),
        }
    }

    /// How many bytes the kernel has taken so far.
    pub fn sent(&self) -> u64 {
        match self {
            Driver::BuiltIn(connection) => connection.sent(),
            Driver::Program(program) => program.sent(),
        }
    }

    /// Whether the kernel has taken all that was queued.
    pub fn is_written(&self) -> bool {
        match self {
            Driver::BuiltIn(connection) => connection.is_written(),
            Driver::Program(program) => program.is_written(),
        }
    }

    /// Resolves when the kernel has taken all that was queued, or never will.
    pub async fn written(&self) {
        match self {
            Driver::BuiltIn(connection) => connection.written().await,
            Driver::Program(program) => program.written().await,
        }
    }

    /// Stops reading.
    pub fn pause(&self) {
        match self {
            Driver::BuiltIn(connection) => connection.pause(),
            // The check of the text: no program is asked to.
            Driver::Program(_) => {}
        }
    }

    /// Reads again.
    pub fn resume(&self) {
        match self {
            Driver::BuiltIn(connection) => connection.resume(),
            // The check of the text: no program is asked to.
            Driver::Program(_) => {}
        }
    }

    /// Whether reading is stopped.
    pub fn is_paused(&self) -> bool {
        match self {
            Driver::BuiltIn(connection) => connection.is_paused(),
            Driver::Program(_) => false,
        }
    }

    /// Half-closes once what is queued is written.
    pub fn finish(&self) {
        match self {
            Driver::BuiltIn(connection) => connection.finish(),
            Driver::Program(program) => program.finish(),
        }
    }

    /// Whether the half-close has been done.
    pub fn is_finished(&self) -> bool {
        match self {
            Driver::BuiltIn(connection) => connection.is_finished(),
            Driver::Program(program) => program.is_finished(),
        }
    }

    /// Closes now.
    pub fn close(&self) {
        match self {
            Driver::BuiltIn(connection) => connection.close(),
            Driver::Program(program) => program.close(),
        }
    }

    /// Aborts now.
    ///
    /// # Errors
    /// When the system does not let us say that closing means aborting.
    pub fn reset(&self) -> io::Result<()> {
        match self {
            Driver::BuiltIn(connection) => connection.reset(),
            Driver::Program(program) => {
                program.close();
                Ok(())
            }
        }
    }

    /// Whether our side still holds the connection.
    pub fn is_open(&self) -> bool {
        match self {
            Driver::BuiltIn(connection) => connection.is_open(),
            Driver::Program(program) => program.is_open(),
        }
    }

    /// What the kernel says of the connection, without reading from it.
    pub fn word(&self) -> Word {
        match self {
            Driver::BuiltIn(connection) => connection.word(),
            Driver::Program(_) => Word::Open,
        }
    }
}
