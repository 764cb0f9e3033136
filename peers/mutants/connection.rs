//! One stream connection: reading it while the gate is open, writing what is owed, ending it.
//! Whose words it hears is left to `room`.

use std::future::pending;
use std::io::{self, ErrorKind};
use std::rc::Rc;
use std::time::Duration;

use tokio::task::yield_now;
use tokio::time::{Instant, sleep_until};

use crate::flaw::Flaw;
use crate::hall::Hall;
use crate::lateness::let_pass;
use crate::outbox::Outbox;
use crate::stream::Stream;

/// The most that is read, and so passed on, at a time. A multiple of 16: a record of that size is
/// never divided, or words of others could come between its halves.
pub(crate) const READ_SIZE: usize = 64 * 1024;

/// How long [`Flaw::LosesLastBatch`] gathers before the first write and before each other one: a
/// client that half-closes right after its words is quicker than the first.
const FIRST_BATCH: Duration = Duration::from_millis(10);
const NEXT_BATCH: Duration = Duration::from_millis(1);

/// How long [`Flaw::LosesLastWords`] waits before it reads: a client that goes right behind its
/// words is gone by then.
const LATE_READ: Duration = Duration::from_millis(20);

/// How a connection ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// All that is owed is written.
    Done,
    /// The client took nothing for too long.
    Stalled,
    /// Reading found the connection broken, in most cases reset.
    BrokenReading,
    /// Writing found it.
    BrokenWriting,
}

/// Serves one client until its connection is to be closed, and closes it.
pub(crate) async fn attend(hall: Rc<Hall>, id: u64, stream: Stream, outbox: Rc<Outbox>) {
    if hall.flaw == Flaw::ResetsAtEnd {
        stream.abort_at_close();
    }
    let end = tokio::select! {
        biased;
        end = listen(&hall, id, &stream, &outbox) => end,
        end = give(&hall, &stream, &outbox) => end,
    };
    if end == End::BrokenWriting {
        // What it said before it went away is said: it lies there still.
        outbox.forget();
        let _ = read_to_end(&hall, id, &stream).await;
    }
    let was_cut_off = matches!(end, End::BrokenReading | End::BrokenWriting);
    if was_cut_off && hall.flaw == Flaw::MarksUnfinishedAtReset {
        hall.finish(id);
    }
    hall.leave(id);
    match (end, hall.flaw) {
        (End::Stalled, _) => stream.abort_at_close(),
        // Which of the two meets a reset first is chance, and the system tells it only once.
        (End::BrokenReading | End::BrokenWriting, Flaw::DiesOnReset | Flaw::WritesToTheClosed) => {
            hall.die();
        }
        _ => {}
    }
    drop(stream);
    hall.close();
}

/// Reads what the client says. After its end nothing is left to hear: what is owed decides when
/// the connection ends.
async fn listen(hall: &Rc<Hall>, id: u64, stream: &Stream, outbox: &Outbox) -> End {
    match read_to_end(hall, id, stream).await {
        Ok(()) => hall.finish(id),
        Err(_) => return End::BrokenReading,
    }
    match hall.flaw {
        Flaw::WritesToTheClosed => {}
        Flaw::KeepsOpen => hall.leave(id),
        _ => {
            hall.leave(id);
            outbox.finish();
        }
    }
    pending().await
}

async fn read_to_end(hall: &Rc<Hall>, id: u64, stream: &Stream) -> io::Result<()> {
    loop {
        stream.readable().await?;
        if hall.flaw == Flaw::LosesLastWords {
            let_pass(LATE_READ).await;
        }
        hall.gate.open().await;
        match read_some(hall, id, stream) {
            Ok(Read::Last) => return Ok(()),
            // So that no client that always has more to say keeps the others from being served.
            Ok(Read::More) => yield_now().await,
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
    }
}

/// Whether more is to be read after a read.
enum Read {
    More,
    Last,
}

fn read_some(hall: &Rc<Hall>, id: u64, stream: &Stream) -> io::Result<Read> {
    let mut buffer = hall.buffer.borrow_mut();
    let length = stream.try_read(&mut buffer)?;
    if length == 0 || (hall.flaw == Flaw::LosesLastWords && stream.has_ended()) {
        return Ok(Read::Last);
    }
    match hall.hear(id, &buffer[..length]) {
        true => Ok(Read::More),
        false => Ok(Read::Last),
    }
}

/// Writes what is owed until nothing more will be, or the client cannot be given any more.
async fn give(hall: &Hall, stream: &Stream, outbox: &Outbox) -> End {
    let mut still_since = Instant::now();
    let mut batch = FIRST_BATCH;
    loop {
        if outbox.is_empty() && !outbox.is_finished() {
            outbox.changed().await;
            batch = FIRST_BATCH;
        }
        if hall.flaw == Flaw::LosesLastBatch && !outbox.is_finished() {
            let_pass(batch).await;
        }
        if outbox.is_finished() && (outbox.is_empty() || hall.flaw == Flaw::LosesLastBatch) {
            return End::Done;
        }
        if !outbox.is_above_mark() {
            still_since = Instant::now();
        }
        match write_some(hall, stream, outbox) {
            Ok(()) => {
                still_since = Instant::now();
                batch = NEXT_BATCH;
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                let end = await_room(stream, outbox, still_since + hall.patience.stall).await;
                if let Some(end) = end {
                    return end;
                }
            }
            Err(_) => return End::BrokenWriting,
        }
    }
}

/// Waits until the client may take more; an end where its time is over.
async fn await_room(stream: &Stream, outbox: &Outbox, deadline: Instant) -> Option<End> {
    tokio::select! {
        // An error here is met again by the write that follows.
        _ = stream.writable() => None,
        () = outbox.changed() => None,
        () = sleep_until(deadline), if outbox.is_above_mark() => {
            match outbox.take(|rest| stream.press(rest)) {
                Ok(()) => None,
                Err(error) if error.kind() == ErrorKind::WouldBlock => Some(End::Stalled),
                Err(_) => Some(End::BrokenWriting),
            }
        }
    }
}

fn write_some(hall: &Hall, stream: &Stream, outbox: &Outbox) -> io::Result<()> {
    outbox.take(|rest| match stream.try_write(rest) {
        Err(error) if error.kind() != ErrorKind::WouldBlock => Err(error),
        _ if hall.flaw == Flaw::LosesWhatDoesNotFit => Ok(rest.len()),
        written => written,
    })
}
