// The line server that a tutorial on thread pools ends with: a thread for each client, which greets,
// answers each line with two, and says farewell at `bye`.
//
// Its quirks, all kept: two replies to each line, so that a client which reads one per line falls behind;
// `bye` is recognised in any case and with blanks around it; a line ends at CR, LF or CRLF, and what is no
// line yet is not answered until the client's end; text is decoded as it streams in, as Java does, which
// says U+FFFD once for a whole surrogate; a client that does not read blocks its own thread for ever.
// Changed: the port as an argument, loopback only, UTF-8 whatever the platform's charset, TCP_NODELAY
// (without it small words wait 40 ms), and a client that resets ends its own thread and not the server.

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

class Server {
    static final int DEFAULT_PORT = 8008;
    static final int BACKLOG = 50;

    static void serve(Socket client) throws IOException {
        client.setTcpNoDelay(true);
        BufferedReader in = new BufferedReader(
            new InputStreamReader(client.getInputStream(), StandardCharsets.UTF_8));
        PrintWriter out = new PrintWriter(
            new OutputStreamWriter(client.getOutputStream(), StandardCharsets.UTF_8), true);
        out.println("From 服务器：欢迎使用服务！");
        String line;
        while ((line = in.readLine()) != null) {
            if (line.trim().equalsIgnoreCase("bye")) {
                out.println("From 服务器：服务器已断开连接，结束服务！");
                return;
            }
            out.println("From 服务器：" + line);
            out.println("来自服务器,重复消息：" + line);
        }
    }

    static void handle(Socket accepted) {
        try (Socket client = accepted) {
            serve(client);
        } catch (IOException error) {
            System.err.println("client: " + error.getMessage());
        }
    }

    public static void main(String[] args) throws IOException {
        int port = args.length > 0 ? Integer.parseInt(args[0]) : DEFAULT_PORT;
        ServerSocket server = new ServerSocket(port, BACKLOG, InetAddress.getByName("127.0.0.1"));
        ExecutorService threads = Executors.newCachedThreadPool();
        while (true) {
            Socket client = server.accept();
            threads.execute(() -> handle(client));
        }
    }
}
