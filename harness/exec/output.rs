//! What a process writes, drained always: its end kept in memory, more of it in a file.

use std::cell::RefCell;
use std::fs::File;
use std::io::Write;
use std::path::PathBuf;
use std::rc::Rc;

use tokio::io::AsyncReadExt;
use tokio::net::unix::pipe;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use crate::host::Process;
use crate::trace::Tail;

/// The drained streams of a process. Draining ends with the streams.
pub(super) struct Output {
    stdout: Rc<Stream>,
    stderr: Rc<Stream>,
    draining: RefCell<Vec<JoinHandle<()>>>,
}

#[derive(Default)]
struct Stream {
    tail: RefCell<Tail>,
    first_line: RefCell<Vec<u8>>,
    changed: Notify,
}

impl Output {
    /// Begins to drain both streams. stderr also goes to `file`, made at its first byte.
    pub fn drain(process: &mut Process, file: Option<PathBuf>) -> Output {
        let stdout = Rc::new(Stream::default());
        let stderr = Rc::new(Stream::default());
        let mut draining = Vec::new();
        if let Some(pipe) = process.take_stdout() {
            draining.push(tokio::task::spawn_local(drain(
                pipe,
                Rc::clone(&stdout),
                None,
            )));
        }
        if let Some(pipe) = process.take_stderr() {
            draining.push(tokio::task::spawn_local(drain(
                pipe,
                Rc::clone(&stderr),
                file,
            )));
        }
        Output {
            stdout,
            stderr,
            draining: RefCell::new(draining),
        }
    }

    /// Resolves when stdout has said something more.
    pub async fn line(&self) {
        self.stdout.changed.notified().await;
    }

    /// The first line of stdout, once it is whole.
    pub fn ready_line(&self) -> Option<String> {
        let first = self.stdout.first_line.borrow();
        let line = first.strip_suffix(b"\n")?;
        Some(String::from_utf8_lossy(line).into_owned())
    }

    /// The end of what was written to stdout so far.
    pub fn stdout(&self) -> Tail {
        self.stdout.tail.borrow().clone()
    }

    /// The end of what was written to stderr so far.
    pub fn stderr(&self) -> Tail {
        self.stderr.tail.borrow().clone()
    }

    /// From here on the tail of stderr is another case's.
    pub fn begin_case(&self) {
        let mut tail = self.stderr.tail.borrow_mut();
        tail.bytes.clear();
        tail.cut = 0;
    }

    /// Waits until both streams have ended; they do when the process's tree is gone.
    pub async fn ended(&self) {
        let draining = self.draining.take();
        for task in draining {
            // A task that drains has nothing to panic on; its end is all that matters here.
            task.await.ok();
        }
    }
}

async fn drain(mut pipe: pipe::Receiver, stream: Rc<Stream>, file: Option<PathBuf>) {
    let mut buffer = vec![0; 16 << 10];
    let mut log = LogFile {
        path: file,
        file: None,
        room: LOG_FILE,
    };
    while let Ok(length @ 1..) = pipe.read(&mut buffer).await {
        let bytes = &buffer[..length];
        if let Some(name) = log.write(bytes) {
            stream.tail.borrow_mut().file = Some(name);
        }
        stream.tail.borrow_mut().push(bytes);
        stream.note_first_line(bytes);
        stream.changed.notify_waiters();
    }
}

impl Stream {
    fn note_first_line(&self, bytes: &[u8]) {
        let mut line = self.first_line.borrow_mut();
        if line.ends_with(b"\n") || line.len() > LONGEST_READY_LINE {
            return;
        }
        let end = bytes
            .iter()
            .position(|byte| *byte == b'\n')
            .map_or(bytes.len(), |at| at + 1);
        line.extend_from_slice(&bytes[..end]);
    }
}

/// The file that has what a process wrote to stderr, up to a bound.
struct LogFile {
    path: Option<PathBuf>,
    file: Option<File>,
    room: usize,
}

impl LogFile {
    /// Writes what there is room for. Gives the file's name where one was begun. A log that cannot
    /// be written is no reason to stop: the tail in memory is what reports show.
    fn write(&mut self, bytes: &[u8]) -> Option<String> {
        let path = self.path.as_ref()?;
        let begun = self.file.is_none();
        if begun {
            self.file = Some(File::create(path).ok()?);
        }
        let length = bytes.len().min(self.room);
        self.room -= length;
        self.file.as_mut()?.write_all(&bytes[..length]).ok()?;
        begun.then(|| path.display().to_string())
    }
}

/// The most that is kept of a first line that might be a ready line.
const LONGEST_READY_LINE: usize = 256;

/// The most bytes of stderr that go to a file.
const LOG_FILE: usize = 1 << 20;
