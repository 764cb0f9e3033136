// The server that a first tutorial on sockets in C ends with: it serves one client until that one
// says `quit`, and is over.
//
// Its quirks, all kept: a read counts as one word, however the client cut its bytes, and only up to
// its first NUL; `quit` is what strcmp takes for it, so `quit` and a newline is none; the reply is
// the same whatever was said; without SO_REUSEADDR the port cannot be had again at once.
// Changed: a canned reply where a human typed one, never a byte read past the buffer (the model read
// 1024 into 200), the end of the client ends the server too, loopback only, and TCP_NODELAY.

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const char REPLY[] = "ok\n";

static _Noreturn void fail(const char *call) {
    perror(call);
    exit(1);
}

static int listen_on(int port) {
    int server = socket(AF_INET, SOCK_STREAM, 0);
    if (server < 0)
        fail("socket");
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(server, (struct sockaddr *)&address, sizeof address) < 0)
        fail("bind");
    if (listen(server, 5) < 0)
        fail("listen");
    return server;
}

static void serve(int client) {
    char said[200];
    ssize_t count;
    // A reset ends the talk as an end does.
    while ((count = recv(client, said, sizeof said - 1, 0)) > 0) {
        said[count] = '\0';
        printf("got: %s\n", said);
        if (strcmp(said, "quit") == 0)
            return;
        // A reply that cannot be sent is no end: the next read shows that the client is gone.
        send(client, REPLY, strlen(REPLY), MSG_NOSIGNAL);
    }
}

int main(int count, char **words) {
    // Line by line, also into a pipe, so that what was heard is seen at once.
    setvbuf(stdout, NULL, _IOLBF, 0);
    int server = listen_on(count > 1 ? atoi(words[1]) : 6666);
    int client = accept(server, NULL, NULL);
    if (client < 0)
        fail("accept");
    int on = 1;
    setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    serve(client);
    close(client);
    close(server);
    return 0;
}
