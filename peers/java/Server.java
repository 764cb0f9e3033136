// The reference server in Java: echo and broadcast over tcp, udp and unix, on one thread and one Selector
// rather than a thread per client: all hear one order, and the rule for slow readers has one place.

import java.io.*;
import java.net.*;
import java.nio.ByteBuffer;
import java.nio.channels.*;
import java.nio.charset.StandardCharsets;
import java.util.*;
import java.util.concurrent.locks.LockSupport;

final class Server {
    static final int READ_SIZE = 64 * 1024;      // bytes read, and relayed, at a time
    static final int UNSENT_MARK = 1024 * 1024;  // while one client is owed more, nobody is read from
    static final int BACKLOG = 1024;             // 200 clients that come at once must not wait for a retry

    // ---- option parsing ----
    static final List<String> NAMES = List.of("--behaviour", "--over", "--address", "--sender", "--stall");
    static final Map<String, String> given = new HashMap<>(Map.of("--sender", "included", "--stall", "2"));
    static String over, address;
    static boolean broadcast, excluded;
    static long stallNanoseconds;

    static void parseOptions(String[] words) {
        for (int i = 0; i < words.length; i += 2) {
            if (!NAMES.contains(words[i])) fail(2, words[i], "no such option");
            if (i + 1 == words.length) fail(2, words[i], "an option and its value were expected");
            given.put(words[i], words[i + 1]);
        }
        broadcast = choose("--behaviour", List.of("echo", "broadcast")).equals("broadcast");
        excluded = choose("--sender", List.of("included", "excluded")).equals("excluded") && broadcast;
        over = choose("--over", List.of("tcp", "udp", "unix"));
        address = given.getOrDefault("--address", "");
        String stall = given.get("--stall");
        boolean plain = isDigits(stall.replace(".", "")) && stall.indexOf('.') == stall.lastIndexOf('.');
        double seconds = plain ? Double.parseDouble(stall) : 0;
        if (seconds <= 0 || seconds > 86400) fail(2, stall, "--stall takes seconds above 0 and up to 86400");
        stallNanoseconds = (long) (seconds * 1e9);
    }

    static String choose(String option, List<String> words) {
        String word = given.getOrDefault(option, "");
        if (!words.contains(word)) fail(2, word, option + " must be one of " + String.join(", ", words));
        return word;
    }

    // A tokenizer, since the first regular expression of a program costs 7 ms.
    static boolean isDigits(String text) {
        return !text.isEmpty() && !new StringTokenizer(text, "0123456789").hasMoreTokens();
    }

    static boolean isNumberUpTo(int largest, String text) {
        return isDigits(text) && text.length() <= 5 && Integer.parseInt(text) <= largest;
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
        int colon = address.lastIndexOf(':');
        String host = address.substring(0, Math.max(colon, 0));
        String port = address.substring(colon + 1);
        if (!isLoopback(host) || !isNumberUpTo(65535, port)) {
            fail(2, address, "--address must be a loopback address like 127.0.0.1:0 or [::1]:0");
        }
        return new InetSocketAddress(host, Integer.parseInt(port));
    }

    // ---- the room: who hears what, and how long a slow reader is waited for ----
    static final class Client {
        SocketChannel channel;
        SelectionKey key;
        boolean hears = true;  // until its own end is read
        byte[] owed;           // there only while bytes are unsent
        int unsent;
    }

    static final LinkedHashSet<Client> clients = new LinkedHashSet<>();
    static final LinkedHashMap<Client, Long> behind = new LinkedHashMap<>();  // and since when, oldest first
    static final ArrayDeque<Client> waiting = new ArrayDeque<>();  // to be heard when nobody is behind
    static final ByteBuffer heard = ByteBuffer.allocateDirect(READ_SIZE);

    static void setUnsent(Client client, int unsent) {
        if ((client.unsent > 0) != (unsent > 0)) {
            client.key.interestOps(client.key.interestOps() ^ SelectionKey.OP_WRITE);
            client.owed = unsent > 0 ? new byte[UNSENT_MARK + READ_SIZE] : null;
        }
        client.unsent = unsent;
        behind.remove(client);
        if (unsent > UNSENT_MARK) behind.put(client, System.nanoTime());
    }

    // The connection is over, whatever was still owed.
    static void forget(Client client) throws IOException {
        clients.remove(client);
        behind.remove(client);
        waiting.remove(client);
        client.channel.close();
    }

    // How many bytes the kernel takes now. A client that is gone is said to take all, and forgotten
    // only when its end is read: what it said before it went away is still relayed.
    static int offer(Client client, ByteBuffer bytes) {
        try {
            return client.channel.write(bytes);
        } catch (IOException error) {
            return bytes.remaining();
        }
    }

    static void owe(Client client, ByteBuffer bytes) {
        int old = client.unsent;
        int taken = old > 0 ? 0 : offer(client, bytes.rewind());
        int rest = bytes.limit() - taken;
        if (rest == 0) return;
        setUnsent(client, old + rest);
        bytes.position(taken).get(client.owed, old, rest);
    }

    static void relay(Client speaker, ByteBuffer bytes) {
        if (!broadcast) owe(speaker, bytes);
        else for (Client client : clients) {
            if (client.hears && (client != speaker || !excluded)) owe(client, bytes);
        }
    }

    // Sends what the client takes now, and forgets it when it has left and is owed nothing.
    static void flush(Client client) throws IOException {
        if (client.unsent > 0) {
            // Java copies all of it first, however little the kernel then takes.
            int part = Math.min(client.unsent, 4 * READ_SIZE);
            int taken = offer(client, ByteBuffer.wrap(client.owed, 0, part));
            int rest = client.unsent - taken;
            System.arraycopy(client.owed, taken, client.owed, 0, rest);
            if (taken > 0) setUnsent(client, rest);
        }
        if (!client.hears && client.unsent == 0) forget(client);
    }

    // Resets a client that took nothing for the stall time; says in how many milliseconds to look again.
    static long resetStalled() throws IOException {
        if (behind.isEmpty()) return 0;  // no limit
        Client slowest = behind.keySet().iterator().next();
        long patience = behind.get(slowest) + stallNanoseconds - System.nanoTime();
        if (patience >= 0) return patience / 1_000_000 + 1;
        if (over.equals("tcp")) slowest.channel.setOption(StandardSocketOptions.SO_LINGER, 0);
        forget(slowest);
        return 1;
    }

    // ---- tcp and unix ----
    static void welcome(ServerSocketChannel listener, Selector selector) {
        try {
            SocketChannel channel = listener.accept();
            if (channel == null) return;
            channel.configureBlocking(false);
            if (over.equals("tcp")) channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            Client client = new Client();
            client.channel = channel;
            client.key = channel.register(selector, SelectionKey.OP_READ, client);
            clients.add(client);
        } catch (IOException error) {
            // It went away before it was accepted, or it waits until a descriptor is free.
        }
    }

    static void hear(Client client) throws IOException {
        try {
            if (client.channel.read(heard.clear()) >= 0) {
                relay(client, heard.flip());
                return;
            }
        } catch (IOException error) {
            // A reset is an end too.
        }
        client.key.interestOpsAnd(~SelectionKey.OP_READ);
        client.hears = false;
        flush(client);
    }

    static void serve(Client client) throws IOException {
        if (client.key.isWritable()) flush(client);
        if (!client.key.isValid() || !client.key.isReadable()) return;
        client.key.interestOpsAnd(~SelectionKey.OP_READ);
        waiting.add(client);
    }

    static void serveStreams(ServerSocketChannel listener) throws IOException {
        Selector selector = Selector.open();
        listener.configureBlocking(false);
        listener.register(selector, SelectionKey.OP_ACCEPT);
        while (!Thread.interrupted()) {
            // In their order, so that a flood of one does not starve another.
            while (behind.isEmpty() && !waiting.isEmpty()) {
                Client client = waiting.remove();
                client.key.interestOpsOr(SelectionKey.OP_READ);
                hear(client);
            }
            selector.select(resetStalled());
            for (SelectionKey key : selector.selectedKeys()) {
                if (key.attachment() == null) welcome(listener, selector);
                else serve((Client) key.attachment());
            }
            selector.selectedKeys().clear();
        }
    }

    // ---- udp ----
    static void serveDatagrams(DatagramChannel channel) throws IOException {
        LinkedHashSet<SocketAddress> heardFrom = new LinkedHashSet<>();
        while (true) {
            SocketAddress speaker = channel.receive(heard.clear());
            heard.flip();
            // An echo is a broadcast to nobody but its speaker.
            if (!broadcast) heardFrom.clear();
            heardFrom.add(speaker);
            for (SocketAddress receiver : heardFrom) {
                try {
                    if (!excluded || !receiver.equals(speaker)) channel.send(heard.rewind(), receiver);
                } catch (IOException error) {
                    // What cannot be delivered concerns only its receiver.
                }
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
    // Runs at SIGTERM and SIGINT, after which a JVM would exit with 143. The serving thread halts, not
    // this one, since a JVM waits 300 ms for a thread that is inside of a system call.
    static final class Stop extends Thread {
        final Thread serving = Thread.currentThread();
        @Override public void run() {
            serving.interrupt();
            while (true) LockSupport.park();
        }
    }

    // Ends the program with one line; halts, since exiting would run the hook.
    static void fail(int status, String subject, String problem) {
        System.err.println("server: " + subject + ": " + problem);
        Runtime.getRuntime().halt(status);
    }

    static final Map<String, String> ERRNO_NAMES = Map.of(
        "Address already in use", "EADDRINUSE", "Cannot assign requested address", "EADDRNOTAVAIL",
        "Permission denied", "EACCES", "No such file or directory", "ENOENT");

    public static void main(String[] words) {
        parseOptions(words);
        try {
            listen();
        } catch (ClosedChannelException | CancelledKeyException stopped) {
            // By Stop: an interrupt closes the channel that it finds in use.
        } catch (Throwable error) {
            fail(1, address, ERRNO_NAMES.getOrDefault(String.valueOf(error.getMessage()), error.toString()));
        }
        if (over.equals("unix")) new File(address).delete();
        Runtime.getRuntime().halt(0);
    }
}
