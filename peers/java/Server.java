// The reference server in Java: echo and broadcast over tcp, udp and unix.
// One thread and one Selector rather than a thread per client: all receivers hear one order, and
// the rule for slow readers has one place.

import java.io.File;
import java.io.IOException;
import java.net.*;
import java.nio.ByteBuffer;
import java.nio.channels.*;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

final class Server {
    /** Bytes read, and relayed, at a time. */
    static final int READ_SIZE = 64 * 1024;
    /** While one client is owed more bytes than this, nobody is read from. */
    static final int UNSENT_MARK = 1024 * 1024;
    static final int RING_SIZE = UNSENT_MARK + READ_SIZE;
    /** 200 clients that come at once must not wait for a retry. */
    static final int BACKLOG = 1024;
    static final int LONGEST_STALL = 86400;

    // ---- option parsing ----

    static String behaviour = "", over = "", address = "", sender = "included", stall = "2";
    static boolean broadcast, excluded;
    static long stallNanoseconds;

    static void parseOptions(String[] words) {
        for (int i = 0; i < words.length; i += 2) {
            if (i + 1 == words.length) fail(2, words[i], "an option and its value were expected");
            switch (words[i]) {
                case "--behaviour" -> behaviour = words[i + 1];
                case "--over" -> over = words[i + 1];
                case "--address" -> address = words[i + 1];
                case "--sender" -> sender = words[i + 1];
                case "--stall" -> stall = words[i + 1];
                default -> fail(2, words[i], "no such option");
            }
        }
        broadcast = indexOf(behaviour, "--behaviour", List.of("echo", "broadcast")) == 1;
        excluded = indexOf(sender, "--sender", List.of("included", "excluded")) == 1;
        indexOf(over, "--over", List.of("tcp", "udp", "unix"));
        stallNanoseconds = (long) (parseStall() * 1e9);
    }

    static int indexOf(String word, String option, List<String> words) {
        int index = words.indexOf(word);
        if (index < 0) fail(2, word, option + " must be one of " + String.join(", ", words));
        return index;
    }

    static double parseStall() {
        double seconds = 0;
        try {
            // Java itself would take `1e3`, `2d` and `NaN` too.
            if (isMadeOf("0123456789.", stall)) seconds = Double.parseDouble(stall);
        } catch (NumberFormatException error) {
            seconds = 0;
        }
        if (seconds <= 0 || seconds > LONGEST_STALL) {
            fail(2, stall, "--stall takes a number of seconds above 0 and up to " + LONGEST_STALL);
        }
        return seconds;
    }

    // By hand, since the first regular expression of a program costs 7 ms.
    static boolean isMadeOf(String characters, String text) {
        for (int i = 0; i < text.length(); i++) {
            if (characters.indexOf(text.charAt(i)) < 0) return false;
        }
        return !text.isEmpty();
    }

    static boolean isNumberUpTo(int largest, String text) {
        return isMadeOf("0123456789", text) && text.length() <= 5 && Integer.parseInt(text) <= largest;
    }

    static boolean isLoopback(String host) {
        if (host.equals("[::1]")) return true;
        String[] parts = host.split("\\.", -1);
        for (String part : parts) {
            if (!isNumberUpTo(255, part)) return false;
        }
        return parts.length == 4 && parts[0].equals("127");
    }

    static SocketAddress parseAddress() throws IOException {
        if (over.equals("unix")) {
            int length = address.getBytes(StandardCharsets.UTF_8).length;
            if (length == 0 || length >= 100) fail(2, address, "--address must be a path of 1 to 99 bytes");
            return UnixDomainSocketAddress.of(address);
        }
        int colon = Math.max(address.lastIndexOf(':'), 0);
        String host = address.substring(0, colon);
        String port = address.substring(address.lastIndexOf(':') + 1);
        if (!isLoopback(host) || !isNumberUpTo(65535, port)) {
            fail(2, address, "--address must be a loopback address like 127.0.0.1:0 or [::1]:0");
        }
        return new InetSocketAddress(host, Integer.parseInt(port));
    }

    // ---- the room: who hears what, and how long a slow reader is waited for ----

    static final class Client {
        SocketChannel channel;
        SelectionKey key;
        /** Its end has not been read; others are relayed to it. */
        boolean says = true, hears = true;
        /** Its words wait until no reader is slow. */
        boolean parked;
        /** A ring of RING_SIZE, there only while bytes are unsent. */
        byte[] owed;
        int start, unsent;
        /** When it fell behind, or last took a byte since. */
        long clock;
    }

    static final LinkedHashSet<Client> members = new LinkedHashSet<>();
    /** The oldest clock first. */
    static final LinkedHashSet<Client> behind = new LinkedHashSet<>();
    static final ArrayDeque<Client> parked = new ArrayDeque<>();

    static void watch(Client client) {
        boolean reads = client.says && !client.parked;
        int operations = (reads ? SelectionKey.OP_READ : 0) | (client.unsent > 0 ? SelectionKey.OP_WRITE : 0);
        if (client.key.isValid()) client.key.interestOps(operations);
    }

    static void setUnsent(Client client, int unsent) {
        boolean turned = (client.unsent > 0) != (unsent > 0);
        client.unsent = unsent;
        behind.remove(client);
        if (unsent > UNSENT_MARK) {
            client.clock = System.nanoTime();
            behind.add(client);
        }
        if (!turned) return;
        client.owed = unsent > 0 ? new byte[RING_SIZE] : null;
        client.start = 0;
        watch(client);
    }

    /** From now on it hears nothing new; closed once it has no more to say and is owed nothing. */
    static void leave(Client client) {
        members.remove(client);
        client.hears = false;
        if (client.says || client.unsent > 0) return;
        try {
            client.channel.close();
        } catch (IOException error) {
            // It is gone all the same.
        }
    }

    /** It takes nothing more, but what it said before it went away is still read. */
    static void deafen(Client client) {
        setUnsent(client, 0);
        leave(client);
    }

    static void reset(Client client) throws IOException {
        // Only tcp knows a reset.
        if (over.equals("tcp")) client.channel.setOption(StandardSocketOptions.SO_LINGER, 0);
        client.says = false;
        deafen(client);
    }

    /** Sends what the kernel takes at once; only the rest is copied. */
    static void tell(Client client, ByteBuffer bytes) {
        bytes.rewind();
        try {
            if (client.unsent == 0) client.channel.write(bytes);
        } catch (IOException error) {
            deafen(client);
            return;
        }
        int rest = bytes.remaining();
        if (rest == 0) return;
        int old = client.unsent;
        setUnsent(client, old + rest);
        int end = (client.start + old) % RING_SIZE;
        int first = Math.min(rest, RING_SIZE - end);
        bytes.get(client.owed, end, first).get(client.owed, 0, rest - first);
    }

    static void relay(Client speaker, ByteBuffer bytes) {
        if (!broadcast) {
            if (speaker.hears) tell(speaker, bytes);
            return;
        }
        // A copy, since a member that is gone leaves while it is told.
        for (Client member : members.toArray(new Client[0])) {
            if (member != speaker || !excluded) tell(member, bytes);
        }
    }

    static void flush(Client client) {
        // Java copies all of it first, however little the kernel then takes.
        int part = Math.min(Math.min(client.unsent, READ_SIZE), RING_SIZE - client.start);
        try {
            int sent = client.channel.write(ByteBuffer.wrap(client.owed, client.start, part));
            client.start = (client.start + sent) % RING_SIZE;
            if (sent > 0) setUnsent(client, client.unsent - sent);
            if (!client.says) leave(client);
        } catch (IOException error) {
            deafen(client);
        }
    }

    // ---- tcp and unix ----

    static final ByteBuffer heard = ByteBuffer.allocateDirect(READ_SIZE);

    static void welcome(ServerSocketChannel listener, Selector selector) {
        try {
            SocketChannel channel = listener.accept();
            if (channel == null) return;
            channel.configureBlocking(false);
            if (over.equals("tcp")) channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            Client client = new Client();
            client.channel = channel;
            client.key = channel.register(selector, SelectionKey.OP_READ, client);
            members.add(client);
        } catch (IOException error) {
            // It went away before it was accepted, or it waits until a descriptor is free.
        }
    }

    static void hear(Client client) {
        heard.clear();
        try {
            if (client.channel.read(heard) >= 0) {
                relay(client, heard.flip());
                return;
            }
            client.says = false;
            watch(client);
            leave(client);
        } catch (IOException error) {
            client.says = false;
            deafen(client);
        }
    }

    static void setParked(Client client, boolean waits) {
        client.parked = waits;
        watch(client);
        if (waits) parked.add(client);
        else hear(client);
    }

    static void serve(SelectionKey key, Client client) {
        if (key.isValid() && key.isWritable()) flush(client);
        if (!key.isValid() || !key.isReadable()) return;
        if (behind.isEmpty()) hear(client);
        else setParked(client, true);
    }

    static void serveStreams(ServerSocketChannel listener) throws IOException {
        Selector selector = Selector.open();
        listener.configureBlocking(false);
        listener.register(selector, SelectionKey.OP_ACCEPT);
        while (!Thread.interrupted()) {
            // Read from first, so that a flood of others does not starve them.
            while (behind.isEmpty() && !parked.isEmpty()) setParked(parked.remove(), false);
            long patience = 0;
            if (!behind.isEmpty()) {
                Client slowest = behind.iterator().next();
                patience = slowest.clock + stallNanoseconds - System.nanoTime();
                if (patience < 0) {
                    reset(slowest);
                    continue;
                }
            }
            // 0 is no limit.
            selector.select(behind.isEmpty() ? 0 : patience / 1_000_000 + 1);
            for (SelectionKey key : selector.selectedKeys()) {
                if (key.attachment() == null) welcome(listener, selector);
                else serve(key, (Client) key.attachment());
            }
            selector.selectedKeys().clear();
        }
    }

    // ---- udp ----

    static void send(DatagramChannel channel, ByteBuffer bytes, SocketAddress receiver) {
        try {
            channel.send(bytes.rewind(), receiver);
        } catch (IOException error) {
            // What cannot be delivered concerns only its receiver.
        }
    }

    static void serveDatagrams(DatagramChannel channel) throws IOException {
        LinkedHashSet<SocketAddress> heardFrom = new LinkedHashSet<>();
        while (true) {
            SocketAddress speaker = channel.receive(heard.clear());
            heard.flip();
            if (!broadcast) {
                send(channel, heard, speaker);
                continue;
            }
            heardFrom.add(speaker);
            for (SocketAddress receiver : heardFrom) {
                if (!excluded || !receiver.equals(speaker)) send(channel, heard, receiver);
            }
        }
    }

    // ---- listening and the ready line ----

    static void listen() throws IOException {
        SocketAddress place = parseAddress();
        // Told, since an IPv4 address would else be bound on an IPv6 socket.
        ProtocolFamily family = over.equals("unix") ? StandardProtocolFamily.UNIX
            : address.startsWith("[") ? StandardProtocolFamily.INET6 : StandardProtocolFamily.INET;
        if (over.equals("udp")) {
            DatagramChannel channel = DatagramChannel.open(family);
            announce(channel.bind(place).getLocalAddress());
            serveDatagrams(channel);
        } else {
            ServerSocketChannel listener = ServerSocketChannel.open(family);
            if (over.equals("tcp")) listener.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            announce(listener.bind(place, BACKLOG).getLocalAddress());
            serveStreams(listener);
        }
    }

    static void announce(SocketAddress bound) {
        Runtime.getRuntime().addShutdownHook(new Stop());
        String place = address;
        if (bound instanceof InetSocketAddress ip) {
            String host = address.startsWith("[") ? "::1" : ip.getHostString();
            place = String.join(" ", host, String.valueOf(ip.getPort()));
        }
        // Joined, since the first `+` of a program costs 15 ms.
        System.out.println(String.join(" ", "listening", over, place));
    }

    // ---- main ----

    /**
     * Runs at SIGTERM and SIGINT, after which a JVM would exit with 143. The serving thread halts, not
     * this one, since a JVM waits 300 ms for a thread that is inside of a system call.
     */
    static final class Stop extends Thread {
        final Thread serving = Thread.currentThread();

        @Override public void run() {
            serving.interrupt();
            while (true) LockSupport.park();
        }
    }

    /** Ends the program with one line; halts, since exiting would run the hook. */
    static void fail(int status, String subject, String problem) {
        System.err.println("server: " + subject + ": " + problem);
        Runtime.getRuntime().halt(status);
    }

    static String errnoName(IOException error) {
        return switch (String.valueOf(error.getMessage())) {
            case "Address already in use" -> "EADDRINUSE";
            case "Cannot assign requested address" -> "EADDRNOTAVAIL";
            case "Permission denied" -> "EACCES";
            case "No such file or directory" -> "ENOENT";
            default -> error.toString();
        };
    }

    public static void main(String[] words) {
        parseOptions(words);
        try {
            listen();
        } catch (ClosedChannelException stopped) {
            // By Stop: an interrupt closes the channel that it finds in use.
        } catch (IOException error) {
            fail(1, address, errnoName(error));
        } catch (Throwable error) {
            fail(1, address, error.toString());
        }
        if (over.equals("unix")) new File(address).delete();
        Runtime.getRuntime().halt(0);
    }
}
