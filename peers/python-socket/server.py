"""The echo server that a first tutorial on `socket` ends with: one client at a time.

Its quirks, all kept: the next client is accepted only when the one before has gone; each read of
up to 1024 bytes is decoded alone, so a character that two reads share ends the connection; a client
that does not read blocks the server; without SO_REUSEADDR a port cannot be had again at once.
Added: the port as an argument, TCP_NODELAY (without it small words wait 40 ms), and that a client
which resets or says what is no UTF-8 ends its own connection and not the server.
"""

import socket
import sys


def serve(connection):
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    while data := connection.recv(1024):
        text = data.decode("utf-8")
        connection.sendall(text.encode("utf-8"))


def main():
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 11552
    server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    server.bind(("127.0.0.1", port))
    server.listen(2)
    while True:
        connection, address = server.accept()
        with connection:
            try:
                serve(connection)
            except (OSError, UnicodeDecodeError) as error:
                print(f"{address[1]}: {error}", file=sys.stderr)


main()
