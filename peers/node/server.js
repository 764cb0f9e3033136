'use strict';
// The reference server in JavaScript: echo and broadcast over tcp, udp and unix, on one event loop.

const dgram = require('node:dgram');
const net = require('node:net');
const { StringDecoder } = require('node:string_decoder');
const { parseArgs } = require('node:util');

// While one client has more than this unsent, nobody is read from (bytes).
const UNSENT_MARK = 1024 * 1024;
// Node caps it to what the system allows; 200 clients that come at once must not wait for a retry.
const BACKLOG = 1024;
const LONGEST_STALL = 86400;

// ---- option parsing ----

const WORDS = {
  behaviour: ['echo', 'broadcast'],
  over: ['tcp', 'udp', 'unix'],
  sender: ['included', 'excluded'],
  text: ['transparent', 'replace'],
};

function parseOptions(args) {
  const options = {
    behaviour: { type: 'string' },
    over: { type: 'string' },
    address: { type: 'string' },
    sender: { type: 'string', default: 'included' },
    stall: { type: 'string', default: '2' },
    text: { type: 'string', default: 'transparent' },
  };
  const { values } = parseArgs({ args, options });
  for (const [name, words] of Object.entries(WORDS)) {
    if (!words.includes(values[name])) throw new Error(`--${name} must be one of ${words.join(', ')}`);
  }
  if (values.over === 'udp' && values.text === 'replace') throw new Error('--text replace is for tcp and unix');
  return {
    behaviour: values.behaviour,
    over: values.over,
    text: values.text,
    senderIncluded: values.sender === 'included',
    stallMilliseconds: parseStall(values.stall) * 1000,
    ...(values.over === 'unix' ? { path: parsePath(values.address) } : parseAddress(values.address)),
  };
}

function parseStall(text) {
  const seconds = /^\d+(\.\d+)?$/.test(text) ? Number(text) : 0;
  if (seconds <= 0 || seconds > LONGEST_STALL) {
    throw new Error(`--stall must be a number of seconds above 0 and up to ${LONGEST_STALL}`);
  }
  return seconds;
}

function parsePath(text = '') {
  const length = Buffer.byteLength(text);
  if (length === 0 || length >= 100) throw new Error('--address must be a path of 1 to 99 bytes');
  return text;
}

function parseAddress(text = '') {
  const [, v6, v4, digits] = /^(?:\[(.*)\]|([^:]*)):(\d{1,5})$/.exec(text) ?? [];
  const host = v6 ?? v4;
  if (!(net.isIPv6(v6) || net.isIPv4(v4)) || Number(digits) > 65535) {
    throw new Error('--address must look like 127.0.0.1:0 or [::1]:0');
  }
  if (host !== '::1' && !host.startsWith('127.')) {
    throw new Error(`--address must be a loopback address, and ${host} is none`);
  }
  return { host, port: Number(digits) };
}

// ---- the room: who hears what, and how long a slow reader is waited for ----

class Room {
  constructor({ behaviour, over, senderIncluded, stallMilliseconds }) {
    this.behaviour = behaviour;
    this.over = over;
    this.senderIncluded = senderIncluded;
    this.stallMilliseconds = stallMilliseconds;
    this.members = new Set();
    // Each client with too much unsent, with the clock that resets it. A client that is no
    // longer a member can be here: it is owed what was relayed before it ended its side.
    this.behind = new Map();
  }

  join(client) {
    this.members.add(client);
    if (this.behind.size === 0) client.resume();
  }

  // From the moment its end is read a client hears nothing new.
  leave(client) {
    this.members.delete(client);
  }

  // The connection is over, whatever was still owed.
  forget(client) {
    this.members.delete(client);
    this.caughtUp(client);
  }

  // All receivers share the one buffer.
  relay(speaker, bytes) {
    if (bytes.length === 0) return;
    if (this.behaviour === 'echo') {
      this.owe(speaker, bytes);
      return;
    }
    for (const member of this.members) {
      if (member !== speaker || this.senderIncluded) this.owe(member, bytes);
    }
  }

  owe(client, bytes) {
    client.write(bytes, () => this.taken(client));
    if (client.writableLength > UNSENT_MARK && !this.behind.has(client)) this.fellBehind(client);
  }

  taken(client) {
    if (client.writableLength > UNSENT_MARK) this.behind.get(client)?.refresh();
    else this.caughtUp(client);
  }

  // A paused socket of Node still takes in up to one read, which it keeps for later.
  fellBehind(client) {
    this.behind.set(client, setTimeout(() => this.drop(client), this.stallMilliseconds));
    if (this.behind.size > 1) return;
    for (const member of this.members) member.pause();
  }

  caughtUp(client) {
    clearTimeout(this.behind.get(client));
    if (!this.behind.delete(client) || this.behind.size > 0) return;
    for (const member of this.members) member.resume();
  }

  drop(client) {
    log(`reset a client that stalled with ${client.writableLength} bytes unsent`);
    // Only tcp knows a reset.
    if (this.over === 'tcp') client.resetAndDestroy();
    else client.destroy();
  }
}

// ---- tcp and unix ----

// What of a client's bytes is said on: these themselves, or the characters that are whole by now,
// encoded again. One that was begun before its end is said then, as U+FFFD.
function earFor(text) {
  if (text === 'transparent') return { hear: (bytes) => bytes, end: () => Buffer.alloc(0) };
  const decoder = new StringDecoder('utf8');
  return {
    hear: (bytes) => Buffer.from(decoder.write(bytes)),
    end: () => Buffer.from(decoder.end()),
  };
}

// allowHalfOpen: what a client is owed when it ends its side is flushed before ours ends.
// pauseOnConnect: the room says when reading begins.
function streamServer(options) {
  const room = new Room(options);
  const server = net.createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: true });
  server.on('connection', (client) => {
    // One write to the kernel for each read: joined into one, a megabyte would count as untaken
    // until its last byte is gone, and its reader as stalled.
    client._writev = null;
    // A write that fails is no error: an error would end the reading too, with words still unread.
    const { _write } = client;
    client._write = (bytes, encoding, done) => _write.call(client, bytes, encoding, () => done());
    const ear = earFor(options.text);
    client.on('data', (bytes) => room.relay(client, ear.hear(bytes)));
    client.on('end', () => {
      room.relay(client, ear.end());
      room.leave(client);
      client.end();
    });
    // A client that is gone concerns nobody else; `close` follows.
    client.on('error', () => {});
    client.on('close', () => {
      // A pause keeps what was read just before it; the client can be gone before reading goes on.
      const lastWords = client.read();
      if (lastWords) room.relay(client, ear.hear(lastWords));
      room.forget(client);
    });
    room.join(client);
  });
  return server;
}

// ---- udp ----

function datagramServer({ behaviour, senderIncluded, host }) {
  const family = net.isIP(host);
  // Addresses are numbers already; Node's own look-up would answer one tick later.
  const lookup = (address, _options, found) => found(null, address, family);
  const server = dgram.createSocket({ type: `udp${family}`, lookup });
  const heardFrom = new Map();
  // A datagram that cannot be delivered concerns only its receiver.
  const send = (bytes, { port, address }) => server.send(bytes, port, address, () => {});

  server.on('message', (bytes, speaker) => {
    if (behaviour === 'echo') {
      send(bytes, speaker);
      return;
    }
    const name = `${speaker.address} ${speaker.port}`;
    heardFrom.set(name, speaker);
    for (const [other, receiver] of heardFrom) {
      if (other !== name || senderIncluded) send(bytes, receiver);
    }
  });
  return server;
}

// ---- listening and the ready line ----

function listen(server, { over, host, port, path }) {
  let listening = false;
  server.on('error', (error) => {
    if (!listening) fail(1, `cannot listen: ${error.code} (${error.message})`);
    log(`${error.code} (${error.message})`);
  });
  server.on('listening', () => {
    listening = true;
    const place = over === 'unix' ? path : `${server.address().address} ${server.address().port}`;
    process.stdout.write(`listening ${over} ${place}\n`);
  });
  if (over === 'udp') server.bind({ address: host, port });
  else if (over === 'unix') server.listen({ path, backlog: BACKLOG });
  else server.listen({ host, port, backlog: BACKLOG });
}

function endOnSignal(server) {
  for (const signal of ['SIGTERM', 'SIGINT']) {
    process.on(signal, () => {
      // Closing removes the unix path, which exiting alone leaves behind.
      server.close();
      process.exit(0);
    });
  }
}

// ---- main ----

function log(text) {
  process.stderr.write(`server: ${text}\n`);
}

function fail(status, text) {
  log(text);
  process.exit(status);
}

function main() {
  // A log that nobody takes must not end the server.
  process.stderr.on('error', () => {});
  let options;
  try {
    options = parseOptions(process.argv.slice(2));
  } catch (error) {
    // Node's own texts go on with advice in further lines.
    fail(2, error.message.split('\n', 1)[0]);
  }
  const server = options.over === 'udp' ? datagramServer(options) : streamServer(options);
  endOnSignal(server);
  listen(server, options);
}

main();
