"""The reference server in Python: echo and broadcast over tcp, udp and unix, on one event loop.

A selector, not asyncio, which does not tell when a client has taken some of what it is owed,
and which takes longer to import than all the rest of the start.
"""

import codecs
import errno
import os
import resource
import select
import selectors
import signal
import socket
import struct
import sys
import time
from collections import deque
from types import SimpleNamespace

READ_SIZE = 64 * 1024
# While one client has more than this unsent, nobody is read from (bytes).
UNSENT_MARK = 1024 * 1024
# The system caps it; 200 clients that come at once must not wait for a retry.
BACKLOG = 1024
LONGEST_STALL = 86400

# ---- option parsing ----
WORDS = {
    "behaviour": ("echo", "broadcast"),
    "over": ("tcp", "udp", "unix"),
    "sender": ("included", "excluded"),
    "text": ("transparent", "replace"),
}


# By hand, since importing argparse would take a quarter of the start.
def parse_options(words):
    given = dict(behaviour="", over="", address="", sender="included", text="transparent", stall="2")
    if len(words) % 2:
        raise ValueError(f"{words[-1]!r} has no value")
    for word, value in zip(words[::2], words[1::2]):
        if not word.startswith("--") or word[2:] not in given:
            raise ValueError(f"unknown option {word!r}")
        given[word[2:]] = value
    for name, allowed in WORDS.items():
        if given[name] not in allowed:
            raise ValueError(f"--{name} must be one of {', '.join(allowed)}")
    if given["over"] == "udp" and given["text"] == "replace":
        raise ValueError("--text replace is for tcp and unix")
    options = SimpleNamespace(**given, family=socket.AF_UNIX)
    options.hears_itself = options.behaviour == "echo" or options.sender == "included"
    options.stall = parse_stall(options.stall)
    if options.over != "unix":
        options.family, options.address = parse_address(options.address)
    elif not 0 < len(os.fsencode(options.address)) < 100:
        raise ValueError("--address must be a path of 1 to 99 bytes")
    return options


def parse_stall(text):
    plain = text.isascii() and text.replace(".", "", 1).isdecimal()
    if not (plain and 0 < float(text) <= LONGEST_STALL):
        raise ValueError(f"--stall must be a number of seconds above 0 and up to {LONGEST_STALL}")
    return float(text)


def parse_address(text):
    host, _, port = text.rpartition(":")
    bracketed = host.startswith("[") and host.endswith("]")
    family, host = (socket.AF_INET6, host[1:-1]) if bracketed else (socket.AF_INET, host)
    try:
        socket.inet_pton(family, host)
    except (OSError, ValueError):
        port = ""
    if not (port.isascii() and port.isdecimal() and int(port) <= 65535):
        raise ValueError("--address must look like 127.0.0.1:0 or [::1]:0")
    if host != "::1" and not host.startswith("127."):
        raise ValueError(f"--address must be a loopback address, and {host} is none")
    return family, (host, int(port))


# ---- the room: who hears what, and how long a slow reader is waited for ----
class Client:
    def __init__(self, connection):
        self.connection = connection
        # Each piece is shared with the other receivers; of the first, `taken` bytes are gone.
        self.queue = deque()
        self.taken = self.unsent = 0
        self.watched = 0  # the selector's events, 0 while it does not know the connection
        self.decoder = codecs.getincrementaldecoder("utf-8")("replace")


class Room:
    def __init__(self, options):
        self.options = options
        self.selector = selectors.DefaultSelector()
        self.members = set()
        # Each client with too much unsent, and when it last took a byte. One that is no longer
        # a member can be here: it is owed what was relayed before it ended its side.
        self.behind = {}

    def join(self, connection):
        client = Client(connection)
        self.members.add(client)
        self.watch(client)

    def close(self, client):
        """The connection is over, whatever was still owed."""
        self.members.discard(client)
        client.queue.clear()
        client.unsent = 0
        self.watch(client)
        client.connection.close()
        self.measure(client)

    def ready(self, client, events):
        if events & selectors.EVENT_WRITE and client.queue:
            self.flush(client)
        # Others of the same round may have ended this client, or stopped all reading.
        if events & selectors.EVENT_READ and client in self.members and not self.behind:
            self.hear(client)

    def hear(self, client):
        try:
            data = client.connection.recv(READ_SIZE)
        except BlockingIOError:
            return
        except OSError:  # a reset: flushing will show it too, and a character begun is never said
            data = b""
            client.decoder.reset()
        replacing = self.options.text == "replace"
        said = client.decoder.decode(data, final=not data).encode() if replacing else data
        if said:  # none while a character is not whole
            self.relay(client, said)
        if not data:
            self.members.discard(client)  # from now on it hears nothing new
            self.flush(client)

    def relay(self, speaker, data):
        # A copy, since a write shows who is gone, and then the room changes.
        for receiver in tuple(self.members) if self.options.behaviour == "broadcast" else [speaker]:
            if receiver is not speaker or self.options.hears_itself:
                self.owe(receiver, data)

    def owe(self, client, data):
        client.queue.append(data)
        client.unsent += len(data)
        if len(client.queue) == 1:
            self.flush(client)
        self.measure(client)

    def flush(self, client):
        """Writes what the client takes now, and closes it when it has left and is owed nothing."""
        try:
            while client.queue:
                self.write_first(client)
        except BlockingIOError:
            pass
        except OSError:  # gone and owed nothing, but what it said before has still to be read
            client.queue.clear()
            client.unsent = client.taken = 0
        if client.queue or client in self.members:
            self.measure(client)
            self.watch(client)
        else:
            self.close(client)

    def write_first(self, client):
        first = client.queue[0]
        count = client.connection.send(memoryview(first)[client.taken :])
        client.taken += count
        client.unsent -= count
        if client.taken == len(first):
            client.queue.popleft()
            client.taken = 0
        if client in self.behind:
            self.behind[client] = time.monotonic()

    def measure(self, client):
        """Notes whether a client is behind, which decides for all whether they are read from."""
        if (client.unsent > UNSENT_MARK) == (client in self.behind):
            return
        if client in self.behind:
            del self.behind[client]
        else:
            self.behind[client] = time.monotonic()
        for member in self.members:
            self.watch(member)

    def watch(self, client):
        wanted = selectors.EVENT_WRITE if client.queue else 0
        if client in self.members and not self.behind:
            wanted |= selectors.EVENT_READ
        if wanted != client.watched:
            if client.watched:
                self.selector.unregister(client.connection)
            if wanted:
                self.selector.register(client.connection, wanted, client)
            client.watched = wanted

    def reset_stalled(self):
        """Resets who took nothing for the stall time; says in how many seconds to look again."""
        latest = time.monotonic() - self.options.stall
        for client in [client for client, taken in self.behind.items() if taken <= latest]:
            log(f"reset a client that stalled with {client.unsent} bytes unsent")
            # Closing without lingering is a reset over tcp, and just a close over unix.
            client.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close(client)
        return min(self.behind.values()) - latest if self.behind else None


# ---- tcp and unix ----
def serve_streams(listener, options):
    listener.setblocking(False)
    room = Room(options)
    room.selector.register(listener, selectors.EVENT_READ)
    while True:
        # Looked at after each round, so that what was taken in it counts even if it came late.
        for key, events in room.selector.select(room.reset_stalled()):
            if key.data:
                room.ready(key.data, events)
            else:
                accept(listener, room)


def accept(listener, room):
    try:
        connection, _ = listener.accept()
    except OSError:
        return  # gone before it was accepted
    connection.setblocking(False)
    room.join(connection)


# ---- udp ----
def serve_datagrams(server, options):
    heard_from = {}
    while True:
        data, speaker = server.recvfrom(READ_SIZE)
        heard_from[speaker] = None
        for receiver in heard_from if options.behaviour == "broadcast" else [speaker]:
            if receiver != speaker or options.hears_itself:
                try:
                    server.sendto(data, receiver)
                except OSError:
                    pass  # a datagram that cannot be delivered concerns only its receiver


# ---- listening and the ready line ----
def listen(options):
    kind = socket.SOCK_DGRAM if options.over == "udp" else socket.SOCK_STREAM
    server = socket.socket(options.family, kind)
    if options.over == "tcp":
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # Every connection that is accepted inherits it.
        server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    server.bind(options.address)
    if options.over != "udp":
        server.listen(BACKLOG)
    return server


# ---- main ----
def log(text):
    try:
        # A log that nobody takes must not stop the server: a pipe said to be ready holds a line.
        if select.select([], [2], [], 0)[1]:
            os.write(2, os.fsencode(f"server: {text}\n"))
    except OSError:
        pass


def main():
    try:
        options = parse_options(sys.argv[1:])
    except ValueError as error:
        log(error)
        return 2
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit(0))
    # A soft limit of 1024 is common, and there may be more clients.
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    try:
        server = listen(options)
    except OSError as error:
        log(f"cannot listen: {errno.errorcode.get(error.errno, error.errno)} ({error.strerror})")
        return 1
    try:
        place = options.address if options.over == "unix" else "{} {}".format(*server.getsockname())
        os.write(1, os.fsencode(f"listening {options.over} {place}\n"))
        (serve_datagrams if options.over == "udp" else serve_streams)(server, options)
    finally:
        if options.over == "unix":
            os.unlink(options.address)


sys.exit(main())
