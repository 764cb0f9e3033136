'use strict';
// The client that a first tutorial on `net` and `readline` ends with: each line of stdin is said,
// without its line end.
//
// Its quirks, all kept: what the server says is read and not shown; an error is one line on stdout
// and no reason to leave; what is said after that is lost without a word; the end of stdin ends
// nothing while the socket is open, so it leaves when both have ended, with 0.
// Added: the port as an argument, 127.0.0.1 where `localhost` may be two addresses, and TCP_NODELAY.

const net = require('node:net');
const readline = require('node:readline');

const port = Number(process.argv[2] ?? 800);
const client = net.connect({ port, host: '127.0.0.1', noDelay: true });

client.on('data', () => {});
client.on('error', (error) => console.log(error.message));

const lines = readline.createInterface({ input: process.stdin });
lines.on('line', (line) => client.write(line));
