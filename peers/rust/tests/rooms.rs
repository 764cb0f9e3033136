//! Who hears what, and in which order.

use super::*;

#[tokio::test]
async fn an_echo_gives_back_what_was_said_to_nobody_else() {
    let settings = settings(Behaviour::Echo, Sender::Included, Transport::Tcp);
    with_server(settings, async |endpoint| {
        let (mut alice, mut bob) = (connect(&endpoint).await, connect(&endpoint).await);
        say(&mut alice, b"\0\xff\r\n").await;
        say(&mut bob, b"mine").await;
        check_heard(&mut bob, b"mine").await;
        check_heard(&mut alice, b"\0\xff\r\n").await;
        for mut client in [alice, bob] {
            client.shutdown().await.expect("half-closed");
            check_ended(&mut client).await;
        }
    })
    .await;
}

#[tokio::test]
async fn everyone_hears_a_broadcast_the_sender_included() {
    let settings = settings(Behaviour::Broadcast, Sender::Included, Transport::Tcp);
    with_server(settings, async |endpoint| {
        let mut members = join(&endpoint, 200).await;
        say(&mut members[7], "hello 你好\n".as_bytes()).await;
        for member in &mut members {
            check_heard(member, "hello 你好\n".as_bytes()).await;
        }
    })
    .await;
}

#[tokio::test]
async fn an_excluded_sender_does_not_hear_itself() {
    let settings = settings(Behaviour::Broadcast, Sender::Excluded, Transport::Tcp);
    with_server(settings, async |endpoint| {
        let (mut alice, mut bob) = (connect(&endpoint).await, connect(&endpoint).await);
        say(&mut bob, b"one").await;
        check_heard(&mut alice, b"one").await;
        say(&mut alice, b"two").await;
        check_heard(&mut bob, b"two").await;
        say(&mut bob, b"three").await;
        check_heard(&mut alice, b"three").await;
        bob.shutdown().await.expect("half-closed");
        check_ended(&mut bob).await;
    })
    .await;
}

#[tokio::test]
async fn all_hear_the_records_of_four_senders_whole_and_in_one_order() {
    let settings = settings(Behaviour::Broadcast, Sender::Included, Transport::Tcp);
    with_server(settings, async |endpoint| {
        let members = join(&endpoint, 4).await;
        let (mut ears, mut mouths) = (Vec::new(), Vec::new());
        for member in members {
            let (ear, mouth) = member.into_split();
            ears.push(tokio::spawn(hear_records(ear, 4 * 1000)));
            mouths.push(mouth);
        }
        for number in 0..1000 {
            for (name, mouth) in ('a'..).zip(&mut mouths) {
                let record = format!("{name}{number:014}\n");
                mouth
                    .write_all(record.as_bytes())
                    .await
                    .expect("the server reads");
            }
        }
        let mut orders = Vec::new();
        for ear in ears {
            orders.push(ear.await.expect("all records came"));
        }
        assert!(orders.iter().all(|order| *order == orders[0]), "one order");
        for name in 'a'..='d' {
            let said: Vec<String> = (0..1000)
                .map(|number| format!("{name}{number:014}\n"))
                .collect();
            let heard = orders[0].iter().filter(|record| record.starts_with(name));
            assert!(
                heard.eq(&said),
                "what {name} said, whole, once and in order"
            );
        }
    })
    .await;
}

async fn hear_records(mut ear: impl AsyncReadExt + Unpin, count: usize) -> Vec<String> {
    let mut heard = vec![0; 16 * count];
    ear.read_exact(&mut heard)
        .await
        .expect("the server goes on");
    heard
        .chunks(16)
        .map(|record| String::from_utf8_lossy(record).into_owned())
        .collect()
}

#[tokio::test]
async fn a_unix_room_is_like_any_other_and_its_path_goes_with_the_server() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("room");
    let mut settings = settings(Behaviour::Broadcast, Sender::Included, Transport::Tcp);
    settings.endpoint = Endpoint::Unix(path.clone());
    with_server(settings.clone(), async |endpoint| {
        let taken = Listening::bind(settings).expect_err("the path is taken");
        let expected =
            format!("cannot listen on {endpoint}: EADDRINUSE, it is taken: choose another");
        assert_eq!(taken.to_string(), expected);
        let mut alice = tokio::net::UnixStream::connect(&path)
            .await
            .expect("the server listens");
        alice.write_all(b"hello").await.expect("the server reads");
        check_heard(&mut alice, b"hello").await;
        alice.shutdown().await.expect("half-closed");
        check_ended(&mut alice).await;
    })
    .await;
    assert!(!folder.path().join("room").exists(), "the path is gone");
}

#[tokio::test]
async fn a_port_in_use_is_an_error_that_names_it() {
    let settings = settings(Behaviour::Echo, Sender::Included, Transport::Tcp);
    let listening = Listening::bind(settings.clone()).expect("a port is free");
    let endpoint = listening.endpoint().clone();
    let error = Listening::bind(Settings {
        endpoint: endpoint.clone(),
        ..settings
    });
    let told = error.expect_err("it is taken").to_string();
    assert_eq!(
        told,
        format!("cannot listen on {endpoint}: EADDRINUSE, it is taken: choose another")
    );
}
