//! Streams over Unix sockets.

use std::io;
use std::path::Path;

use socket2::SockRef;
use tokio::net::UnixStream;

use crate::host::deadline::Looks;

/// Connects to a server at a path.
pub(super) async fn connect(path: &Path, buffer: Option<u32>) -> io::Result<UnixStream> {
    let mut looks = Looks::at_connection();
    loop {
        match UnixStream::connect(path).await {
            // Linux says so when the server's backlog is full; over TCP the kernel waits itself.
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => looks.next().await,
            Err(error) => return Err(error),
            Ok(stream) => {
                if let Some(bytes) = buffer {
                    SockRef::from(&stream).set_recv_buffer_size(bytes as usize)?;
                }
                return Ok(stream);
            }
        }
    }
}
