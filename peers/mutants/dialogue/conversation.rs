//! The sockets of the dialogues over a stream: who is served when, and words to and fro. What is
//! said is left to [`Talk`].

use std::io;
use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::{LocalSet, spawn_local};

use super::talk::{Leave, Parting, Talk};

/// A client has gone, and the server calls the way in which it went a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Failed;

/// Serves all who come, so many at a time; returns only when nobody can be accepted.
pub(super) async fn serve_all(
    listener: TcpListener,
    places: usize,
    begin: impl Fn() -> Box<dyn Talk>,
) {
    let places = Arc::new(Semaphore::new(places));
    let welcoming = async {
        while let Ok(place) = Arc::clone(&places).acquire_owned().await {
            let Ok(stream) = accept(&listener).await else {
                return;
            };
            let talk = begin();
            spawn_local(async move {
                // Only a server that serves one client fails with it, and prints what it hears.
                let _ = converse(stream, talk, &|_| {}).await;
                drop(place);
            });
        }
    };
    LocalSet::new().run_until(welcoming).await;
}

/// Serves one client, printing the lines that the talk shows.
///
/// # Errors
/// [`Failed`] where the talk says so, and where nobody can be accepted.
pub(super) async fn serve_one(
    listener: TcpListener,
    talk: Box<dyn Talk>,
    print: &dyn Fn(&str),
) -> Result<(), Failed> {
    let stream = accept(&listener).await.map_err(|_| Failed)?;
    converse(stream, talk, print).await
}

async fn accept(listener: &TcpListener) -> io::Result<TcpStream> {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                // Without it small words wait for a delayed ACK: 40 ms (RFC 9293 section 3.7.4).
                stream.set_nodelay(true)?;
                return Ok(stream);
            }
            // One that gave up before it was accepted; the next may be well.
            Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
            Err(error) => return Err(error),
        }
    }
}

/// Talks to one client to the end. A reset is an end, and words that cannot be said are none: the
/// next read shows that the client is gone.
async fn converse(
    mut stream: TcpStream,
    mut talk: Box<dyn Talk>,
    print: &dyn Fn(&str),
) -> Result<(), Failed> {
    let mut buffer = vec![0; talk.most_read()];
    let _ = stream.write_all(&talk.greeting()).await;
    loop {
        let leave = match stream.read(&mut buffer).await {
            Ok(0) => {
                let Parting { words, leave } = talk.end();
                let _ = stream.write_all(&words).await;
                Some(leave)
            }
            Ok(length) => {
                let answer = talk.hear(&buffer[..length]);
                answer.shown.iter().for_each(|line| print(line));
                let _ = stream.write_all(&answer.words).await;
                answer.leave
            }
            Err(_) => Some(Leave::Close),
        };
        if let Some(leave) = leave {
            return end(stream, leave).await;
        }
    }
}

async fn end(mut stream: TcpStream, leave: Leave) -> Result<(), Failed> {
    match leave {
        Leave::Close => {}
        Leave::Finish => {
            // Where either fails the client is gone, and the connection ended already.
            let _ = stream.shutdown().await;
            let _ = tokio::io::copy(&mut stream, &mut tokio::io::sink()).await;
        }
        Leave::Reset => {
            // Fails only where the connection is gone already, and then there is none to reset.
            let _ = stream.set_zero_linger();
        }
        Leave::Repeat(words) => while stream.write_all(words).await.is_ok() {},
        Leave::Fail => return Err(Failed),
    }
    Ok(())
}
