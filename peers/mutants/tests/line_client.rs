//! The line client against sockets of ours, without a flaw and with each that acts at the rim.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::mpsc;
use std::thread;

use socket2::SockRef;

use crate::{ClientFlaw, run_line_client};

/// An input that gives what comes through a channel, and ends with it.
struct Given(mpsc::Receiver<&'static [u8]>);

impl Read for Given {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let given = self.0.recv().unwrap_or_default();
        buffer[..given.len()].copy_from_slice(given);
        Ok(given.len())
    }
}

/// What the server does once it has heard the first line.
#[derive(Clone, Copy)]
enum Server {
    Talks,
    Ends,
    Resets,
}

/// How the client of this flaw goes with such a server: what the server heard, what the client
/// showed, and its status.
fn meet(flaw: Option<ClientFlaw>, server: Server) -> (String, String, u8) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (given, input) = mpsc::channel();
    let mut shown = Vec::new();
    let (status, heard) = thread::scope(|scope| {
        let serving = scope.spawn(move || {
            given.send(&b"first\n"[..]).unwrap();
            let (stream, _) = listener.accept().unwrap();
            serve(stream, server, given)
        });
        let status = run_line_client(port, flaw, Given(input), &mut shown);
        (status, serving.join().unwrap())
    });
    (heard, String::from_utf8(shown).unwrap(), status)
}

fn serve(mut stream: TcpStream, server: Server, given: mpsc::Sender<&'static [u8]>) -> String {
    let mut heard = vec![0; 5];
    stream.read_exact(&mut heard).unwrap();
    match server {
        Server::Talks => {
            stream.write_all(b"words\n").unwrap();
            given.send(b"second\n").unwrap();
            let mut second = vec![0; 6];
            stream.read_exact(&mut second).unwrap();
            heard.extend(second);
        }
        Server::Ends => {
            stream.shutdown(Shutdown::Write).unwrap();
            // The client ends its side then, with its input still open.
            stream.read_to_end(&mut heard).unwrap();
        }
        Server::Resets => SockRef::from(&stream)
            .set_linger(Some(std::time::Duration::ZERO))
            .unwrap(),
    }
    String::from_utf8(heard).unwrap()
}

fn check(flaw: Option<ClientFlaw>, server: Server, heard: &str, shown: &str, status: u8) {
    let expected = (heard.to_owned(), shown.to_owned(), status);
    assert_eq!(meet(flaw, server), expected, "{flaw:?}");
}

#[test]
fn a_client_says_its_lines_and_shows_errors_only() {
    check(None, Server::Talks, "firstsecond", "", 0);
    check(None, Server::Ends, "first", "", 0);
    check(None, Server::Resets, "first", "read ECONNRESET\n", 0);
}

#[test]
fn a_client_that_goes_on_at_the_end_of_its_server_finds_its_flaws() {
    let words = Some(ClientFlaw::ShowsWords);
    check(words, Server::Talks, "firstsecond", "words\n", 0);
    check(
        Some(ClientFlaw::ShowsEnd),
        Server::Ends,
        "first",
        "end\n",
        0,
    );
    let failing = Some(ClientFlaw::ExitsWithFailure);
    check(failing, Server::Resets, "first", "read ECONNRESET\n", 1);
    let (_, shown, _) = meet(Some(ClientFlaw::RewordsErrors), Server::Resets);
    assert!(
        shown.starts_with("read ") && shown != "read ECONNRESET\n",
        "{shown}"
    );
}

/// What a client shows that nobody listens for, and its status.
fn refused(flaw: Option<ClientFlaw>) -> (String, u8) {
    // A port that is bound and not listened on refuses, and nobody else can have it.
    let bound = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
    let any: std::net::SocketAddr = "127.0.0.1:0".parse().unwrap();
    bound.bind(&any.into()).unwrap();
    let port = bound.local_addr().unwrap().as_socket().unwrap().port();
    let mut shown = Vec::new();
    let status = run_line_client(port, flaw, &b"lost\n"[..], &mut shown);
    let shown = String::from_utf8(shown).unwrap();
    (shown.replace(&port.to_string(), "PORT"), status)
}

#[test]
fn a_refused_client_tells_so_and_waits_for_the_end_of_its_input() {
    let told = "connect ECONNREFUSED 127.0.0.1:PORT\n".to_owned();
    assert_eq!(refused(None), (told.clone(), 0));
    assert_eq!(refused(Some(ClientFlaw::ExitsWithFailure)), (told, 1));
    let (shown, _) = refused(Some(ClientFlaw::RewordsErrors));
    assert!(!shown.contains("ECONNREFUSED"), "{shown}");
}

#[test]
fn a_client_can_outlive_its_input() {
    for (flaw, ends) in [(None, true), (Some(ClientFlaw::OutlivesInput), false)] {
        let (ended, end) = mpsc::channel();
        thread::spawn(move || {
            let _ = run_line_client(0, flaw, io::empty(), io::sink());
            ended.send(()).unwrap();
        });
        let waited = end.recv_timeout(std::time::Duration::from_millis(300));
        assert_eq!(waited.is_ok(), ends, "{flaw:?}");
    }
}
