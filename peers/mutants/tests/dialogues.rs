//! The named dialogues on real sockets, without a flaw and with those that act at the rim.

use std::cell::RefCell;

use tokio::io::AsyncReadExt;
use tokio::net::UdpSocket;

use super::*;
use crate::{Program, dialogue_mutant_named, dialogue_named, serve_dialogue};

const MEBIBYTE: usize = 1024 * 1024;

/// The dialogue of this behaviour, without a flaw or with the flaw of this name.
fn program(behaviour: &str, flaw: &str) -> Program {
    match flaw {
        "none" => dialogue_named(behaviour).unwrap().flawless,
        _ => {
            let mutant = dialogue_mutant_named(flaw).unwrap();
            mutant.program(behaviour).unwrap()
        }
    }
}

/// What a server printed, and how it ended.
type Ended = (Vec<String>, Result<(), Failure>);

/// Plays `body` against a server at `address`, which is told to stop when `body` has ended.
async fn hold_at(
    address: SocketAddr,
    program: Program,
    body: impl AsyncFnOnce(SocketAddr),
) -> Ended {
    let (told, endpoint) = oneshot::channel();
    let on_listening = |endpoint: &Endpoint| told.send(ip(endpoint)).unwrap();
    let printed = RefCell::new(Vec::new());
    let print = |line: &str| printed.borrow_mut().push(line.to_owned());
    let (stop, stopped) = oneshot::channel::<()>();
    let shutdown = async { stopped.await.unwrap_or(()) };
    let serving = serve_dialogue(program, address, shutdown, on_listening, print);
    // A server that ends of its own must not take the rest of the talk with it.
    let playing = async {
        if let Ok(address) = endpoint.await {
            body(address).await;
        }
        let _ = stop.send(());
    };
    let both = async { tokio::join!(serving, playing).0 };
    let ended = timeout(DEADLINE, both).await.unwrap();
    (printed.into_inner(), ended)
}

async fn hold(behaviour: &str, flaw: &str, body: impl AsyncFnOnce(SocketAddr)) -> Ended {
    let any = "127.0.0.1:0".parse().unwrap();
    hold_at(any, program(behaviour, flaw), body).await
}

/// All that a client hears that says these words, half-closes at once, and reads to the end.
async fn heard(behaviour: &str, flaw: &str, words: &[u8]) -> String {
    let mut heard = Vec::new();
    let (_, _) = hold(behaviour, flaw, async |address| {
        let mut client = TcpStream::connect(address).await.unwrap();
        client.write_all(words).await.unwrap();
        client.shutdown().await.unwrap();
        // A reset after the words is as good an end here.
        let _ = client.read_to_end(&mut heard).await;
    })
    .await;
    String::from_utf8_lossy(&heard).into_owned()
}

#[tokio::test]
async fn lines_are_answered_and_the_last_one_at_the_half_close() {
    let all = heard("line-reply", "none", "你好\nbye \ntail".as_bytes()).await;
    let expected = "来自服务器消息：欢迎使用本服务！\n来自服务器消息：你好\n来自服务器消息：bye \n\
                    来自服务器消息：tail\n";
    assert_eq!(all, expected);
    let all = heard("two-line-reply", "none", b"a\nBYE\nb\n").await;
    let expected = "From 服务器：欢迎使用服务！\nFrom 服务器：a\n来自服务器,重复消息：a\n\
                    From 服务器：服务器已断开连接，结束服务！\n";
    assert_eq!(all, expected);
}

/// Whether a second client is greeted while the first is served, and a third then.
async fn greeted(behaviour: &str, flaw: &str) -> [bool; 2] {
    let mut greeted = [false; 2];
    let (_, ended) = hold(behaviour, flaw, async |address| {
        let mut first = TcpStream::connect(address).await.unwrap();
        first.read_exact(&mut [0; 9]).await.unwrap();
        let mut served = Vec::new();
        for greeted in &mut greeted {
            let mut next = TcpStream::connect(address).await.unwrap();
            let greeting = timeout(Duration::from_millis(100), next.read_u8());
            *greeted = greeting.await.is_ok();
            served.push(next);
        }
        drop(first);
        served[0].read_u8().await.unwrap();
    })
    .await;
    ended.unwrap();
    greeted
}

#[tokio::test]
async fn guests_are_served_one_at_a_time_or_at_once() {
    assert_eq!(greeted("line-reply", "none").await, [false, false]);
    assert_eq!(
        greeted("line-reply", "serves-two-guests").await,
        [true, false]
    );
    assert_eq!(greeted("two-line-reply", "none").await, [true, true]);
    assert_eq!(
        greeted("two-line-reply", "serves-one-guest").await,
        [false, false]
    );
}

#[tokio::test]
async fn a_mebibyte_is_answered_and_a_reset_client_does_no_harm() {
    let (_, ended) = hold("two-line-reply", "none", async |address| {
        let crasher = TcpStream::connect(address).await.unwrap();
        crasher.set_zero_linger().unwrap();
        drop(crasher);
        let mut client = TcpStream::connect(address).await.unwrap();
        client.write_all(&[b'x'; MEBIBYTE]).await.unwrap();
        client.shutdown().await.unwrap();
        let mut all = Vec::new();
        client.read_to_end(&mut all).await.unwrap();
        let prefixes = "From 服务器：欢迎使用服务！\nFrom 服务器：\n来自服务器,重复消息：\n".len();
        assert_eq!(all.len(), prefixes + 2 * MEBIBYTE);
    })
    .await;
    ended.unwrap();
}

/// How a server of quit-word goes with a client that says `words` and reads to the end, with or
/// without a half-close: what the client hears, at most 9 bytes, what is printed, and the end.
async fn quit(flaw: &str, words: &[u8], half_closes: bool) -> (String, Vec<String>, Option<bool>) {
    let mut heard = Vec::new();
    let mut told_to_stop = false;
    let (printed, ended) = hold("quit-word", flaw, async |address| {
        let mut client = TcpStream::connect(address).await.unwrap();
        client.write_all(words).await.unwrap();
        if half_closes {
            client.shutdown().await.unwrap();
        }
        let mut some = client.take(9);
        let reading = some.read_to_end(&mut heard);
        told_to_stop = timeout(Duration::from_millis(200), reading).await.is_err();
    })
    .await;
    let ended = (!told_to_stop).then_some(ended.is_ok());
    (String::from_utf8(heard).unwrap(), printed, ended)
}

#[tokio::test]
async fn the_word_ends_the_server_and_so_does_the_end_of_its_client() {
    let got = |word: &str| vec![format!("got: {word}")];
    let ended = quit("none", b"quit\0z", false).await;
    assert_eq!(ended, (String::new(), got("quit"), Some(true)));
    let goes_on = quit("none", b"quit\n", false).await;
    assert_eq!(goes_on, ("ok\n".to_owned(), got("quit\n"), None));
    let ended = quit("none", b"hi", true).await;
    assert_eq!(ended, ("ok\n".to_owned(), got("hi"), Some(true)));
    let goes_on = quit("goes-on-after-quit", b"quit", false).await;
    assert_eq!(goes_on, ("ok\n".to_owned(), got("quit"), None));
    let failed = quit("fails-at-end", b"hi", true).await;
    assert_eq!(failed, ("ok\n".to_owned(), got("hi"), Some(false)));
    let (heard, ..) = quit("repeats-at-end", b"hi", true).await;
    assert_eq!(heard, "ok\nok\nok\n");
}

#[tokio::test]
async fn the_port_of_a_server_that_a_word_ended_is_taken_for_a_while() {
    for (flaw, taken) in [("none", true), ("reuses-address", false)] {
        let mut port = None;
        let (_, ended) = hold("quit-word", flaw, async |address| {
            let mut client = TcpStream::connect(address).await.unwrap();
            client.write_all(b"quit").await.unwrap();
            check_ended(&mut client).await;
            port = Some(address);
        })
        .await;
        ended.unwrap();
        let again = program("quit-word", flaw);
        let (_, again) = hold_at(port.unwrap(), again, async |_| {}).await;
        let told = again.err().map(|failure| failure.to_string());
        let is_taken = told.is_some_and(|told| told.contains("EADDRINUSE"));
        assert_eq!(is_taken, taken, "{flaw}");
    }
}

/// How a client is ended that says this word: in order, or by a reset.
async fn left(flaw: &str, word: &[u8]) -> Result<usize, std::io::ErrorKind> {
    let mut end = Ok(1);
    let (_, ended) = hold("reset-on-word", flaw, async |address| {
        let mut client = TcpStream::connect(address).await.unwrap();
        let mut other = TcpStream::connect(address).await.unwrap();
        for byte in word {
            client.write_all(&[*byte]).await.unwrap();
        }
        end = client.read(&mut [0]).await.map_err(|error| error.kind());
        // The others stay, and a half-close is an end.
        other.shutdown().await.unwrap();
        check_ended(&mut other).await;
    })
    .await;
    ended.unwrap();
    end
}

#[tokio::test]
async fn a_word_resets_a_connection_or_ends_it() {
    let reset = Err(std::io::ErrorKind::ConnectionReset);
    assert_eq!(left("none", b"reset").await, reset);
    assert_eq!(left("none", b"the end").await, Ok(0));
    assert_eq!(left("ends-for-reset", b"reset").await, Ok(0));
    assert_eq!(left("resets-for-end", b"end").await, reset);
}

/// Two senders' datagrams, `hi` and `ho`: what each hears first, nothing where nothing comes.
async fn two_senders(flaw: &str) -> [Option<String>; 2] {
    let mut heard = [None, None];
    let (_, ended) = hold("dated-reply", flaw, async |address| {
        for (heard, word) in heard.iter_mut().zip(["hi", "ho"]) {
            let sender = UdpSocket::bind("127.0.0.1:0").await.unwrap();
            sender.connect(address).await.unwrap();
            sender.send(word.as_bytes()).await.unwrap();
            let mut buffer = [0; 200];
            let receiving = timeout(Duration::from_millis(200), sender.recv(&mut buffer));
            if let Ok(Ok(length)) = receiving.await {
                *heard = Some(String::from_utf8(buffer[..length].to_vec()).unwrap());
            }
        }
    })
    .await;
    ended.unwrap();
    heard
}

#[tokio::test]
async fn each_sender_gets_its_answer() {
    let heard = two_senders("none").await.map(Option::unwrap);
    for (heard, word) in heard.iter().zip(["hi", "ho"]) {
        let parts: Vec<_> = heard.split('&').collect();
        assert_eq!((parts[0], parts[2]), ("From 服务器：", word));
        let date = parts[1].len() == "Tue Nov 24 16:45:46 UTC 2026".len();
        assert!(date && parts[1].contains(" UTC 20"), "{heard}");
    }
    let [hi, ho] = two_senders("answers-first-sender").await;
    assert_eq!((hi.is_some(), ho), (true, None));
    let [hi, ho] = two_senders("connects-to-first").await;
    assert_eq!((hi.is_some(), ho), (true, None));
    let greeted = two_senders("greets").await.map(Option::unwrap);
    assert_eq!(greeted, ["welcome\n", "welcome\n"]);
}

#[tokio::test]
async fn a_farewell_ends_only_a_flawed_server() {
    for (flaw, answers) in [
        ("none", 2),
        ("exits-at-bye", 1),
        ("duplicates", 4),
        ("never-answers", 0),
    ] {
        let mut count = 0;
        let (_, ended) = hold("dated-reply", flaw, async |address| {
            let sender = UdpSocket::bind("127.0.0.1:0").await.unwrap();
            for word in [&b"bye"[..], b""] {
                sender.send_to(word, address).await.unwrap();
            }
            let receiving = async {
                while sender.recv(&mut [0; 200]).await.is_ok() {
                    count += 1;
                }
            };
            let _ = timeout(Duration::from_millis(200), receiving).await;
        })
        .await;
        ended.unwrap();
        assert_eq!(count, answers, "{flaw}");
    }
}
