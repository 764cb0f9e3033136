// The server that a textbook's chapter on networking ends with: a client says the radius of a circle,
// and the thread that serves it answers with the circle's area.
//
// Its quirks, all kept: no greeting and no text, only doubles of eight bytes, high byte first; a number is
// answered when its eighth byte is there, and a begun one at the client's end is dropped; every NaN is
// answered with the one that Java writes, 7ff8000000000000; a client that does not read blocks its thread.
// Changed: no window, the port as an argument, loopback only, TCP_NODELAY (without it answers wait 40 ms),
// and the client's socket is closed when it has ended (the model left that to the garbage collector).

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

class Server {
    static final int DEFAULT_PORT = 8000;
    static final int BACKLOG = 50;

    static void serve(Socket client) throws IOException {
        client.setTcpNoDelay(true);
        DataInputStream in = new DataInputStream(client.getInputStream());
        DataOutputStream out = new DataOutputStream(client.getOutputStream());
        while (true) {
            double radius = in.readDouble();
            out.writeDouble(radius * radius * Math.PI);
        }
    }

    static void handle(Socket accepted) {
        try (Socket client = accepted) {
            serve(client);
        } catch (EOFException end) {
            // The client has no more circles.
        } catch (IOException error) {
            System.err.println("client: " + error.getMessage());
        }
    }

    public static void main(String[] args) throws IOException {
        int port = args.length > 0 ? Integer.parseInt(args[0]) : DEFAULT_PORT;
        ServerSocket server = new ServerSocket(port, BACKLOG, InetAddress.getByName("127.0.0.1"));
        while (true) {
            Socket client = server.accept();
            new Thread(() -> handle(client)).start();
        }
    }
}
