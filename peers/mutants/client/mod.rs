//! The line client: a program that says what it is given line by line, and the same with one flaw
//! each, by which the scenarios about client programs prove that they bite.
//!
//! It connects to a port, says each line without its end, shows nothing but the text of an error,
//! and stays until both its input and the connection have ended. What it says to a line is decided
//! in `sayer`, without IO. Reading the command line and exiting are left to whoever calls
//! [`run_line_client`].

mod catalogue;
mod sayer;

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpStream};
use std::thread;

pub use catalogue::{ClientFlaw, ClientMutant, client_mutant_named, client_mutants};

use sayer::Sayer;

/// The name of the behaviour, as scenarios and manifests have it.
pub const LINE_CLIENT: &str = "line-client";

/// Runs the client against this port of 127.0.0.1 until `input` and the connection have ended;
/// the status that the process must exit with. `output` gets what the client shows.
///
/// It blocks: the input is read by the calling thread, the connection by another. With
/// [`ClientFlaw::OutlivesInput`] it never returns.
pub fn run_line_client(
    port: u16,
    flaw: Option<ClientFlaw>,
    input: impl Read,
    mut output: impl Write + Send,
) -> u8 {
    match connect(port) {
        Ok(stream) => thread::scope(|scope| {
            scope.spawn(|| listen(&stream, flaw, &mut output));
            talk(input, Sayer::new(flaw), &stream);
        }),
        Err(error) => {
            let place = format!(" 127.0.0.1:{port}");
            show(&mut output, &told("connect", &error, &place, flaw));
            talk(input, Sayer::new(flaw), io::sink());
        }
    }
    while flaw == Some(ClientFlaw::OutlivesInput) {
        thread::park();
    }
    match flaw {
        Some(ClientFlaw::ExitsWithFailure) => 1,
        _ => 0,
    }
}

fn connect(port: u16) -> io::Result<TcpStream> {
    let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// Says what is given until the input has ended. What cannot be said is lost without a word.
fn talk(mut input: impl Read, mut sayer: Sayer, mut said: impl Write) {
    let mut buffer = [0; 4096];
    loop {
        match input.read(&mut buffer) {
            Ok(0) => break,
            Ok(length) => {
                let _ = said.write_all(&sayer.hear(&buffer[..length]));
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(_) => break,
        }
    }
    let _ = said.write_all(&sayer.end());
}

/// Hears the server to its end, and ends our side then.
fn listen(mut stream: &TcpStream, flaw: Option<ClientFlaw>, output: &mut impl Write) {
    let mut buffer = [0; 4096];
    loop {
        match stream.read(&mut buffer) {
            Ok(0) => break,
            Ok(length) if flaw == Some(ClientFlaw::ShowsWords) => show(output, &buffer[..length]),
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return show(output, &told("read", &error, "", flaw)),
        }
    }
    if flaw == Some(ClientFlaw::ShowsEnd) {
        show(output, b"end\n");
    }
    // Fails only where the connection is gone, which is all that is asked.
    let _ = stream.shutdown(Shutdown::Write);
}

/// The line that tells of an error, as Node words it.
fn told(call: &str, error: &io::Error, place: &str, flaw: Option<ClientFlaw>) -> Vec<u8> {
    let code = match error.kind() {
        _ if flaw == Some(ClientFlaw::RewordsErrors) => error.to_string(),
        ErrorKind::ConnectionRefused => "ECONNREFUSED".to_owned(),
        ErrorKind::ConnectionReset => "ECONNRESET".to_owned(),
        _ => error.to_string(),
    };
    format!("{call} {code}{place}\n").into_bytes()
}

/// Shows it at once. Where nobody looks it is lost, which is no reason to leave.
fn show(output: &mut impl Write, bytes: &[u8]) {
    let _ = output.write_all(bytes).and_then(|()| output.flush());
}
