// The server that a first tutorial on DatagramSocket ends with: it answers each datagram with the date
// and what was said.
//
// Its quirks, all kept: what is longer than 1024 bytes is silently cut, and a character cut in two becomes
// U+FFFD; each datagram is decoded alone, as Java does, which says U+FFFD once for a whole surrogate; an
// empty datagram is answered too; `bye` in any case, but not with blanks, is answered with a farewell,
// after which the server goes on; the date is in the machine's time zone.
// Changed: the port as an argument, loopback only, the reply in UTF-8 (the model took the platform's
// charset), and a reply that cannot be sent concerns only its receiver.

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.Date;

class Server {
    static final int DEFAULT_PORT = 9020;
    static final int BUFFER_SIZE = 1024;

    static String reply(String message) {
        if (message.equalsIgnoreCase("bye")) {
            return "来自服务器消息：服务器断开连接，结束服务！";
        }
        return "From 服务器：&" + new Date() + "&" + message;
    }

    static void serve(DatagramSocket server) throws IOException {
        DatagramPacket heard = new DatagramPacket(new byte[BUFFER_SIZE], BUFFER_SIZE);
        server.receive(heard);
        String message = new String(heard.getData(), 0, heard.getLength(), StandardCharsets.UTF_8);
        byte[] said = reply(message).getBytes(StandardCharsets.UTF_8);
        server.send(new DatagramPacket(said, said.length, heard.getSocketAddress()));
    }

    public static void main(String[] args) throws IOException {
        int port = args.length > 0 ? Integer.parseInt(args[0]) : DEFAULT_PORT;
        DatagramSocket server = new DatagramSocket(port, InetAddress.getByName("127.0.0.1"));
        while (true) {
            try {
                serve(server);
            } catch (IOException error) {
                System.err.println("client: " + error.getMessage());
            }
        }
    }
}
