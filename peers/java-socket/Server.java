// The line server that a first tutorial on java.net ends with: it greets, answers each line, and says
// farewell at `bye`.
//
// Its quirks, all kept: one client at a time, the next is greeted when the one before has gone; a line
// ends at CR, LF or CRLF, and what is no line yet is not answered until the client's end; `bye` is only
// what is spelled so; text is decoded as it streams in, as Java does, which says U+FFFD once for a whole
// surrogate; a client that does not read blocks the server; SO_REUSEADDR is on, as Java has it on Linux.
// Changed: the port as an argument, loopback only, UTF-8 whatever the platform's charset, TCP_NODELAY
// (without it small words wait 40 ms), and a client that resets ends its own connection and not the server.

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

class Server {
    static final int DEFAULT_PORT = 8008;
    static final int BACKLOG = 50;

    static void serve(Socket client) throws IOException {
        client.setTcpNoDelay(true);
        BufferedReader in = new BufferedReader(
            new InputStreamReader(client.getInputStream(), StandardCharsets.UTF_8));
        PrintWriter out = new PrintWriter(
            new OutputStreamWriter(client.getOutputStream(), StandardCharsets.UTF_8), true);
        out.println("来自服务器消息：欢迎使用本服务！");
        String line;
        while ((line = in.readLine()) != null) {
            if (line.equals("bye")) {
                out.println("来自服务器消息：服务器断开连接，结束服务！");
                return;
            }
            out.println("来自服务器消息：" + line);
        }
    }

    public static void main(String[] args) throws IOException {
        int port = args.length > 0 ? Integer.parseInt(args[0]) : DEFAULT_PORT;
        ServerSocket server = new ServerSocket(port, BACKLOG, InetAddress.getByName("127.0.0.1"));
        while (true) {
            try (Socket client = server.accept()) {
                serve(client);
            } catch (IOException error) {
                System.err.println("client: " + error.getMessage());
            }
        }
    }
}
