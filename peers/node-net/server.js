'use strict';
// The broadcast server that a first tutorial on `net` ends with: each chunk of text that a client
// says is written to every socket ever accepted, the sender's included.
//
// Its quirks, all kept: no socket is ever removed from the list, not even a dead one; an error of a
// client is swallowed; what `write` answers is ignored, so what a slow reader is owed piles up
// without a limit; text is decoded as UTF-8 as it streams in, so a character is held back until it
// is whole; writing to a socket that is gone or going destroys it, and with it what it had still to
// hear or had said last.
// Added: the port as an argument, loopback only, and TCP_NODELAY (without it small words wait 40 ms).

const net = require('node:net');

const port = Number(process.argv[2] ?? 800);
const clients = [];

const server = net.createServer({ noDelay: true }, (client) => {
  console.log(clients.length);
  clients.push(client);
  client.setEncoding('utf8');
  client.on('data', (text) => {
    console.log(text);
    for (const each of clients) each.write(text);
  });
  client.on('error', () => {});
});

server.listen(port, '127.0.0.1');
