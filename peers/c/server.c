// The reference server in C: echo and broadcast over tcp, udp and unix, on one epoll loop.

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/queue.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define READ_SIZE (64 * 1024)       // bytes read, and relayed, at a time
#define UNSENT_MARK (1024 * 1024)   // while one client is owed more than this, nobody is read from
#define BACKLOG 1024                // 200 clients that come at once must not wait for a retry

// Ends the program with one line: status 2 for a wrong command line, 1 for anything else.
static _Noreturn void fail(int status, const char *subject, const char *problem) {
    fprintf(stderr, "server: %s: %s\n", subject, problem);
    exit(status);
}

// ---- option parsing ----
enum { BEHAVIOUR, OVER, SENDER, ADDRESS, STALL, OPTIONS };
enum { TCP, UDP, UNIX };
static const char *const NAMES[] = {"--behaviour", "--over", "--sender", "--address", "--stall", NULL};
static const char *const BEHAVIOURS[] = {"echo", "broadcast", NULL};
static const char *const TRANSPORTS[] = {"tcp", "udp", "unix", NULL};
static const char *const SENDERS[] = {"included", "excluded", NULL};
static int broadcast, transport, excluded, stall_milliseconds;
static const char *address;

static int index_of(const char *word, const char *const *words, const char *problem) {
    for (int index = 0; words[index]; index++)
        if (strcmp(words[index], word) == 0)
            return index;
    fail(2, word, problem);
}

static void parse_options(char **words) {
    const char *values[OPTIONS] = {"", "", "included", "", "2"};
    for (; *words; words += 2) {
        if (!words[1])
            fail(2, words[0], "an option and its value were expected");
        values[index_of(words[0], NAMES, "no such option")] = words[1];
    }
    broadcast = index_of(values[BEHAVIOUR], BEHAVIOURS, "--behaviour must be echo or broadcast");
    transport = index_of(values[OVER], TRANSPORTS, "--over must be tcp, udp or unix");
    excluded = index_of(values[SENDER], SENDERS, "--sender must be included or excluded") && broadcast;
    address = values[ADDRESS];
    char *end, *stall = (char *)values[STALL];
    double seconds = strtod(stall, &end);
    if (stall[strspn(stall, "0123456789.")] || *end || seconds <= 0 || seconds > 86400)
        fail(2, stall, "--stall takes a number of seconds above 0 and up to 86400");
    stall_milliseconds = seconds * 1000;
}

// ---- the room: who hears what, and how long a slow reader is waited for ----
struct client {
    int fd;
    bool hears;     // until its own end is read
    char *owed;     // there only while bytes are unsent
    size_t unsent;
    long long clock;  // when it fell behind, or last took a byte since (milliseconds)
    TAILQ_ENTRY(client) in_clients, in_behind;
};

static TAILQ_HEAD(, client) clients = TAILQ_HEAD_INITIALIZER(clients);
static TAILQ_HEAD(, client) behind = TAILQ_HEAD_INITIALIZER(behind);   // the oldest clock first
static char heard[READ_SIZE];
// `calm` watches the listener and the clients that are owed bytes, `all` watches `calm` and what
// can be read: to stop reading is to wait for the other set, whatever the number of clients.
static int calm, all;

static void watch(int set, int operation, int fd, int events, struct client *client) {
    struct epoll_event event = {.events = events, .data.ptr = client};
    if (epoll_ctl(set, operation, fd, &event) < 0)
        fail(1, address, strerrorname_np(errno));
}

static void *allocate(void *old, size_t size) {
    void *memory = realloc(old, size);
    if (!memory)
        fail(1, address, "out of memory");
    return memory;
}

static long long now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000LL + time.tv_nsec / 1000000;
}

static void set_unsent(struct client *client, size_t unsent) {
    if ((client->unsent > 0) != (unsent > 0)) {
        watch(calm, unsent > 0 ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, client->fd, EPOLLOUT, client);
        free(client->owed);
        client->owed = unsent > 0 ? allocate(NULL, UNSENT_MARK + READ_SIZE) : NULL;
    }
    if (client->unsent > UNSENT_MARK)
        TAILQ_REMOVE(&behind, client, in_behind);
    if (unsent > UNSENT_MARK) {
        client->clock = now();
        TAILQ_INSERT_TAIL(&behind, client, in_behind);
    }
    client->unsent = unsent;
}

// The connection is over, whatever was still owed.
static void forget(struct client *client) {
    set_unsent(client, 0);
    TAILQ_REMOVE(&clients, client, in_clients);
    close(client->fd);
    free(client);
}

// How many bytes the kernel takes now. A client that is gone is said to take all, and forgotten
// only when its end is read: what it said before it went away is still relayed.
static size_t offer(struct client *client, const char *bytes, size_t length) {
    ssize_t sent = send(client->fd, bytes, length, 0);
    return sent >= 0 ? (size_t)sent : errno == EAGAIN ? 0 : length;
}

static void owe(struct client *client, const char *bytes, size_t length) {
    size_t old = client->unsent, taken = old > 0 ? 0 : offer(client, bytes, length);
    if (taken == length)
        return;
    set_unsent(client, old + length - taken);
    memcpy(client->owed + old, bytes + taken, length - taken);
}

static void relay(struct client *speaker, const char *bytes, size_t length) {
    struct client *client;
    if (!broadcast)
        owe(speaker, bytes, length);
    else
        TAILQ_FOREACH(client, &clients, in_clients)
            if (client->hears && (client != speaker || !excluded))
                owe(client, bytes, length);
}

// Sends what the client takes now, and forgets it when it has left and is owed nothing.
static void flush(struct client *client) {
    size_t taken = offer(client, client->owed, client->unsent), rest = client->unsent - taken;
    if (taken > 0) {
        memmove(client->owed, client->owed + taken, rest);
        set_unsent(client, rest);
    }
    if (!client->hears && rest == 0)
        forget(client);
}

// Resets a client that took nothing for the stall time; says in how many milliseconds to look again.
static int reset_stalled(void) {
    struct client *slowest = TAILQ_FIRST(&behind);
    long long patience = slowest ? slowest->clock + stall_milliseconds - now() : 0;
    if (patience >= 0)
        return patience + 1;
    setsockopt(slowest->fd, SOL_SOCKET, SO_LINGER, &(struct linger){.l_onoff = 1}, sizeof(struct linger));
    forget(slowest);
    return 0;
}

// ---- tcp and unix ----
static void welcome(int listener) {
    int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
    if (fd < 0)
        return;
    if (transport == TCP)
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    struct client *client = allocate(NULL, sizeof *client);
    *client = (struct client){.fd = fd, .hears = true};
    TAILQ_INSERT_TAIL(&clients, client, in_clients);
    watch(all, EPOLL_CTL_ADD, fd, EPOLLIN, client);
}

static void hear(struct client *client) {
    ssize_t length = recv(client->fd, heard, READ_SIZE, 0);
    if (length > 0) {
        relay(client, heard, length);
    } else if (length == 0 || errno != EAGAIN) {
        watch(all, EPOLL_CTL_DEL, client->fd, 0, NULL);
        client->hears = false;
        flush(client);
    }
}

static void serve_streams(int listener) {
    calm = epoll_create1(0);
    all = epoll_create1(0);
    watch(calm, EPOLL_CTL_ADD, listener, EPOLLIN, NULL);
    watch(all, EPOLL_CTL_ADD, calm, EPOLLIN, NULL);
    for (;;) {
        int patience = reset_stalled();
        // One event at a time, so that none is about a client that another has freed.
        struct epoll_event event;
        if (TAILQ_EMPTY(&behind) && epoll_wait(all, &event, 1, -1) == 1 && event.data.ptr)
            hear(event.data.ptr);
        else if (epoll_wait(calm, &event, 1, patience) == 1 && event.data.ptr)
            flush(event.data.ptr);
        else
            welcome(listener);
    }
}

// ---- udp ----
union place {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    struct sockaddr_un path;
};

// A datagram that cannot be delivered concerns only its receiver: errors are passed over.
static void serve_datagrams(int fd) {
    union place *heard_from = NULL;
    for (size_t count = 0;;) {
        union place from = {0};
        ssize_t length = recvfrom(fd, heard, READ_SIZE, 0, &from.any, &(socklen_t){sizeof from});
        if (length < 0)
            continue;
        // An echo is a broadcast to nobody but its speaker.
        if (!broadcast)
            count = 0;
        size_t speaker = 0;
        while (speaker < count && memcmp(&heard_from[speaker], &from, sizeof from) != 0)
            speaker++;
        if (speaker == count)
            heard_from = allocate(heard_from, ++count * sizeof from);
        heard_from[speaker] = from;
        for (size_t other = 0; other < count; other++)
            if (other != speaker || !excluded)
                sendto(fd, heard, length, 0, &heard_from[other].any, sizeof from);
    }
}

// ---- listening and the ready line ----
static void stop(int signal) {
    (void)signal;
    if (transport == UNIX)
        unlink(address);
    _exit(0);
}

static union place parse_address(char host[16]) {
    union place place = {0};
    char port[6] = "", rest;
    if (transport == UNIX && *address && strlen(address) < 100) {
        place.path.sun_family = AF_UNIX;
        strcpy(place.path.sun_path, address);
        return place;
    }
    if (sscanf(address, "%15[0-9.]:%5[0-9]%c", host, port, &rest) == 2 && strncmp(host, "127.", 4) == 0)
        place.any.sa_family = inet_pton(AF_INET, host, &place.v4.sin_addr) == 1 ? AF_INET : AF_UNSPEC;
    else if (sscanf(address, "[%3[:1]]:%5[0-9]%c", host, port, &rest) == 2 && strcmp(host, "::1") == 0)
        place.v6 = (struct sockaddr_in6){.sin6_family = AF_INET6, .sin6_addr = in6addr_loopback};
    if (place.any.sa_family == AF_UNSPEC || atoi(port) > 65535)
        fail(2, address, "--address takes a loopback 127.0.0.1:0 or [::1]:0, or a path of 1 to 99 bytes");
    place.v4.sin_port = htons(atoi(port));   // at the same offset in both families
    return place;
}

static int listen_at_address(void) {
    char host[16] = "";
    union place place = parse_address(host);
    int fd = socket(place.any.sa_family, transport == UDP ? SOCK_DGRAM : SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (transport == TCP)
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
    if (bind(fd, &place.any, sizeof place.path) < 0 || (transport != UDP && listen(fd, BACKLOG) < 0))
        fail(1, address, strerrorname_np(errno));
    // Only now, since before it the path is another's.
    signal(SIGTERM, stop);
    signal(SIGINT, stop);
    getsockname(fd, &place.any, &(socklen_t){sizeof place});
    if (transport == UNIX)
        printf("listening unix %s\n", address);
    else
        printf("listening %s %s %d\n", TRANSPORTS[transport], host, ntohs(place.v4.sin_port));
    fflush(stdout);
    return fd;
}

// ---- main ----
int main(int count, char **words) {
    parse_options(words + (count > 0));
    signal(SIGPIPE, SIG_IGN);
    // A soft limit of 1024 is common, and there may be more clients.
    struct rlimit files = {0};
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    (transport == UDP ? serve_datagrams : serve_streams)(listen_at_address());
}
