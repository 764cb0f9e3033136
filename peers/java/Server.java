// The reference server in Java: echo and broadcast over tcp, udp and unix, on one thread and one Selector
// rather than a thread per client: all hear one order, and the rule for slow readers has one place.

import java.io.*;
import java.net.*;
import java.nio.*;
import java.nio.channels.*;
import java.nio.charset.*;
import java.util.*;
import java.util.concurrent.locks.LockSupport;

final class Server {
    static final int READ_SIZE = 64 * 1024;      // bytes read, and relayed, at a time
    static final int UNSENT_MARK = 1024 * 1024;  // while one client is owed more, nobody is read from
    static final int BACKLOG = 1024;             // 200 clients that come at once must not wait for a retry

    // ---- option parsing ----
    static final Map<String, String> given = new HashMap<>(Map.of("--behaviour", "", "--over", "", "--address", "",
        "--sender", "included", "--text", "transparent", "--stall", "2"));
    static String over, address;
    static boolean broadcast, excluded, replacing;
    static long stallNanoseconds;

    static void parseOptions(String[] words) {
        for (int i = 0; i < words.length; i += 2) {
            if (!given.containsKey(words[i])) fail(2, words[i], "no such option");
            if (i + 1 == words.length) fail(2, words[i], "an option and its value were expected");
            given.put(words[i], words[i + 1]);
        }
        broadcast = choose("--behaviour", List.of("echo", "broadcast")).equals("broadcast");
        excluded = choose("--sender", List.of("included", "excluded")).equals("excluded") && broadcast;
        over = choose("--over", List.of("tcp", "udp", "unix"));
        replacing = choose("--text", List.of("transparent", "replace")).equals("replace");
        if (replacing && over.equals("udp")) fail(2, "replace", "--text replace is for tcp and unix");
        address = given.get("--address");
        String stall = given.get("--stall");
        boolean plain = isDigits(stall.replace(".", "")) && stall.indexOf('.') == stall.lastIndexOf('.');
        double seconds = plain ? Double.parseDouble(stall) : 0;
        if (seconds <= 0 || seconds > 86400) fail(2, stall, "--stall takes seconds above 0 and up to 86400");
        stallNanoseconds = (long) (seconds * 1e9);
    }

    static String choose(String option, List<String> words) {
        String word = given.get(option);
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
        for (String part : parts) if (!isNumberUpTo(255, part)) return false;
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
        boolean bindable = isLoopback(host) && isNumberUpTo(65535, port);
        if (!bindable) fail(2, address, "--address must be a loopback address like 127.0.0.1:0 or [::1]:0");
        return new InetSocketAddress(host, Integer.parseInt(port));
    }

    // ---- the room: who hears what, and how long a slow reader is waited for ----
    static final class Client {
        SocketChannel channel;
        SelectionKey key;
        boolean hears = true;  // until its own end is read
        byte[] begun = {};     // of a character that is not whole, while text is replaced
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
            client.owed = unsent > 0 ? new byte[UNSENT_MARK + 3 * READ_SIZE] : null;  // U+FFFD is three bytes
        }
        client.unsent = unsent;
        behind.remove(client);
        if (unsent > UNSENT_MARK) behind.put(client, System.nanoTime());
    }

    // The connection is over; one that is still owed something is reset.
    static void forget(Client client) {
        clients.remove(client);
        behind.remove(client);
        waiting.remove(client);
        try (SocketChannel channel = client.channel) {
            if (client.unsent > 0 && over.equals("tcp")) channel.setOption(StandardSocketOptions.SO_LINGER, 0);
        } catch (IOException error) {  // it is gone all the same
        }
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
        else for (Client client : clients)
            if (client.hears && (client != speaker || !excluded)) owe(client, bytes);
    }

    // Sends what the client takes now, and forgets it when it has left and is owed nothing.
    static void flush(Client client) {
        if (client.unsent > 0) {
            int part = Math.min(client.unsent, 4 * READ_SIZE);  // Java copies all of it, however little is taken
            int taken = offer(client, ByteBuffer.wrap(client.owed, 0, part));
            int rest = client.unsent - taken;
            System.arraycopy(client.owed, taken, client.owed, 0, rest);
            if (taken > 0) setUnsent(client, rest);
        }
        if (!client.hears && client.unsent == 0) forget(client);
    }

    // Resets a client that took nothing for the stall time; says in how many milliseconds to look again.
    static long resetStalled() {
        if (behind.isEmpty()) return 0;  // no limit
        Client slowest = behind.keySet().iterator().next();
        long patience = behind.get(slowest) + stallNanoseconds - System.nanoTime();
        if (patience >= 0) return patience / 1_000_000 + 1;
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
        } catch (IOException error) {  // it went before it was accepted, or waits until a descriptor is free
        }
    }

    // What was heard as text, less a last character that is not whole; at the end that becomes U+FFFD.
    static ByteBuffer replaced(Client client, boolean ended) {
        CharBuffer text = CharBuffer.allocate(heard.limit());
        StandardCharsets.UTF_8.newDecoder().onMalformedInput(CodingErrorAction.REPLACE).decode(heard, text, ended);
        client.begun = new byte[heard.remaining()];
        heard.get(client.begun);
        return StandardCharsets.UTF_8.encode(text.flip());
    }

    static void hear(Client client) {
        try {
            boolean ended = client.channel.read(heard.clear().put(client.begun)) < 0;
            heard.flip();
            relay(client, replacing ? replaced(client, ended) : heard);
            if (!ended) return;
        } catch (IOException error) {  // a reset is an end too, at which nothing begun is said
        }
        client.key.interestOpsAnd(~SelectionKey.OP_READ);
        client.hears = false;
        flush(client);
    }

    static void serve(Client client) {
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
            if (!broadcast) heardFrom.clear();  // an echo is a broadcast to nobody but its speaker
            heardFrom.add(speaker);
            for (SocketAddress receiver : heardFrom) {
                try {
                    if (!excluded || !receiver.equals(speaker)) channel.send(heard.rewind(), receiver);
                } catch (IOException error) {  // what cannot be delivered concerns only its receiver
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
            ServerSocketChannel listener = ServerSocketChannel.open(family);  // on Linux with SO_REUSEADDR
            announce(listener.bind(place, BACKLOG).getLocalAddress());
            serveStreams(listener);
        }
    }

    static void announce(SocketAddress bound) {
        Runtime.getRuntime().addShutdownHook(new Stop());
        String place = !(bound instanceof InetSocketAddress ip) ? address : String.join(" ",
            address.startsWith("[") ? "::1" : ip.getHostString(), String.valueOf(ip.getPort()));
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
        } catch (ClosedChannelException | CancelledKeyException stopped) {  // by Stop: an interrupt closes channels
        } catch (Throwable error) {
            fail(1, address, ERRNO_NAMES.getOrDefault(String.valueOf(error.getMessage()), error.toString()));
        }
        if (over.equals("unix")) new File(address).delete();
        Runtime.getRuntime().halt(0);
    }
}
