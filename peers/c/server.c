// The reference server in C: echo and broadcast over tcp, udp and unix, on one epoll loop.

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/param.h>
#include <sys/queue.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define READ_SIZE (64 * 1024)          // bytes read, and relayed, at a time
#define UNSENT_MARK (1024 * 1024)      // while one client is owed more than this, nobody is read from
#define RING_SIZE (UNSENT_MARK + READ_SIZE)
#define BACKLOG 1024                   // 200 clients that come at once must not wait for a retry
#define MILLISECOND INT64_C(1000000)   // in nanoseconds, as all times here

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

static int broadcast, transport, excluded;
static const char *address;
static int64_t stall;

static int index_of(const char *word, const char *const *words, const char *problem) {
    for (int index = 0; words[index]; index++)
        if (strcmp(words[index], word) == 0)
            return index;
    fail(2, word, problem);
}

static int64_t parse_stall(const char *text) {
    char *end;
    double seconds = strtod(text, &end);
    if (text[strspn(text, "0123456789.")] || *end || seconds <= 0 || seconds > 86400)
        fail(2, text, "--stall takes a number of seconds above 0 and up to 86400");
    return (int64_t)(seconds * 1000 * MILLISECOND);
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
    excluded = index_of(values[SENDER], SENDERS, "--sender must be included or excluded");
    address = values[ADDRESS];
    stall = parse_stall(values[STALL]);
}

// ---- the room: who hears what, and how long a slow reader is waited for ----

struct client {
    int fd;
    bool says, hears;   // its end has not been read; others are relayed to it
    char *owed;         // a ring of RING_SIZE, there only while bytes are unsent
    size_t start, unsent;
    int64_t clock;      // when it fell behind, or last took a byte since
    TAILQ_ENTRY(client) in_members, in_behind;
};

static TAILQ_HEAD(, client) members = TAILQ_HEAD_INITIALIZER(members);
static TAILQ_HEAD(, client) behind = TAILQ_HEAD_INITIALIZER(behind);   // the oldest clock first

// `calm` watches the listener and the clients that are owed bytes, `all` watches `calm` and what
// can be read: to stop reading is to wait for the other set, whatever the number of clients.
static int calm, all;

static int64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000 * MILLISECOND + time.tv_nsec;
}

static void *allocate(void *old, size_t size) {
    void *memory = realloc(old, size);
    if (!memory)
        fail(1, address, "out of memory");
    return memory;
}

static void watch(int set, int operation, int fd, uint32_t events, void *subject) {
    struct epoll_event event = {.events = events, .data.ptr = subject};
    if (epoll_ctl(set, operation, fd, &event) < 0)
        fail(1, address, strerrorname_np(errno));
}

static void set_unsent(struct client *client, size_t unsent) {
    if ((client->unsent > 0) != (unsent > 0)) {
        watch(calm, unsent ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, client->fd, EPOLLOUT, client);
        free(client->owed);
        client->owed = unsent ? allocate(NULL, RING_SIZE) : NULL;
        client->start = 0;
    }
    if (client->unsent > UNSENT_MARK)
        TAILQ_REMOVE(&behind, client, in_behind);
    if (unsent > UNSENT_MARK) {
        client->clock = now();
        TAILQ_INSERT_TAIL(&behind, client, in_behind);
    }
    client->unsent = unsent;
}

// From now on it hears nothing new; it is closed once it has no more to say and is owed nothing.
static void leave(struct client *client) {
    if (client->hears)
        TAILQ_REMOVE(&members, client, in_members);
    client->hears = false;
    if (client->says || client->unsent > 0)
        return;
    close(client->fd);
    free(client);
}

// It takes nothing more, but what it said before it went away is still read.
static void deafen(struct client *client) {
    set_unsent(client, 0);
    leave(client);
}

static void reset(struct client *client) {
    setsockopt(client->fd, SOL_SOCKET, SO_LINGER, &(struct linger){.l_onoff = 1}, sizeof(struct linger));
    client->says = false;
    deafen(client);
}

// Sends what the kernel takes at once; only the rest is copied.
static void tell(struct client *client, const char *bytes, size_t length) {
    ssize_t sent = client->unsent ? 0 : send(client->fd, bytes, length, MSG_NOSIGNAL);
    if (sent == (ssize_t)length)
        return;
    if (sent < 0 && errno != EAGAIN) {
        deafen(client);
        return;
    }
    size_t taken = MAX(sent, 0), rest = length - taken, old = client->unsent;
    set_unsent(client, old + rest);
    size_t end = (client->start + old) % RING_SIZE, first = MIN(rest, RING_SIZE - end);
    memcpy(client->owed + end, bytes + taken, first);
    memcpy(client->owed, bytes + taken + first, rest - first);
}

static void relay(struct client *speaker, const char *bytes, size_t length) {
    if (!broadcast && speaker->hears)
        tell(speaker, bytes, length);
    struct client *next = broadcast ? TAILQ_FIRST(&members) : NULL;
    for (struct client *member = next; member; member = next) {
        next = TAILQ_NEXT(member, in_members);
        if (member != speaker || !excluded)
            tell(member, bytes, length);
    }
}

static void flush(struct client *client) {
    size_t part = MIN(client->unsent, RING_SIZE - client->start);
    ssize_t sent = send(client->fd, client->owed + client->start, part, MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN) {
        deafen(client);
    } else if (sent > 0) {
        client->start = (client->start + sent) % RING_SIZE;
        set_unsent(client, client->unsent - sent);
        if (!client->says)
            leave(client);
    }
}

// ---- tcp and unix ----

static void welcome(int listener) {
    int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
    if (fd < 0)
        return;
    if (transport == TCP)
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    struct client *client = allocate(NULL, sizeof *client);
    *client = (struct client){.fd = fd, .says = true, .hears = true};
    TAILQ_INSERT_TAIL(&members, client, in_members);
    watch(all, EPOLL_CTL_ADD, fd, EPOLLIN, client);
}

static void hear(struct client *client) {
    static char bytes[READ_SIZE];
    ssize_t length = recv(client->fd, bytes, READ_SIZE, 0);
    if (length > 0) {
        relay(client, bytes, length);
    } else if (length == 0 || errno != EAGAIN) {
        watch(all, EPOLL_CTL_DEL, client->fd, 0, NULL);
        client->says = false;
        if (length < 0)
            deafen(client);
        else
            leave(client);
    }
}

static void serve_streams(int listener) {
    calm = epoll_create1(0);
    all = epoll_create1(0);
    watch(calm, EPOLL_CTL_ADD, listener, EPOLLIN, NULL);
    watch(all, EPOLL_CTL_ADD, calm, EPOLLIN, NULL);
    for (;;) {
        struct client *slowest = TAILQ_FIRST(&behind);
        int64_t patience = slowest ? slowest->clock + stall - now() : 0;
        if (patience < 0) {
            reset(slowest);
            continue;
        }
        // One event at a time, so that none is about a client that another has freed.
        struct epoll_event event;
        int set = slowest ? calm : all;
        int count = epoll_wait(set, &event, 1, slowest ? patience / MILLISECOND + 1 : -1);
        if (count == 1 && set == all && !event.data.ptr)
            count = epoll_wait(set = calm, &event, 1, 0);
        if (count == 1 && !event.data.ptr)
            welcome(listener);
        else if (count == 1 && set == all)
            hear(event.data.ptr);
        else if (count == 1)
            flush(event.data.ptr);
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
    static char bytes[READ_SIZE];
    union place *heard_from = NULL;
    for (size_t count = 0;;) {
        union place from = {0};
        ssize_t length = recvfrom(fd, bytes, READ_SIZE, 0, &from.any, &(socklen_t){sizeof from});
        if (length < 0)
            continue;
        if (!broadcast) {
            sendto(fd, bytes, length, 0, &from.any, sizeof from);
            continue;
        }
        size_t speaker = 0;
        while (speaker < count && memcmp(&heard_from[speaker], &from, sizeof from) != 0)
            speaker++;
        if (speaker == count) {
            heard_from = allocate(heard_from, ++count * sizeof from);
            heard_from[speaker] = from;
        }
        for (size_t other = 0; other < count; other++)
            if (other != speaker || !excluded)
                sendto(fd, bytes, length, 0, &heard_from[other].any, sizeof from);
    }
}

// ---- listening and the ready line ----

static volatile sig_atomic_t listening;

// The path is ours only once it is bound.
static void stop(int signal) {
    (void)signal;
    if (transport == UNIX && listening)
        unlink(address);
    _exit(0);
}

static union place parse_path(void) {
    union place place = {.path.sun_family = AF_UNIX};
    size_t length = strlen(address);
    if (length == 0 || length >= 100)
        fail(2, address, "--address must be a path of 1 to 99 bytes");
    memcpy(place.path.sun_path, address, length);
    return place;
}

static union place parse_ip(char host[46]) {
    union place place = {0};
    char port[6], rest;
    bool v6 = address[0] == '[';
    const char *format = v6 ? "[%45[0-9a-f:]]:%5[0-9]%c" : "%45[0-9.]:%5[0-9]%c";
    int parts = sscanf(address, format, host, port, &rest);
    place.any.sa_family = v6 ? AF_INET6 : AF_INET;
    void *number = v6 ? (void *)&place.v6.sin6_addr : &place.v4.sin_addr;
    if (parts != 2 || inet_pton(place.any.sa_family, host, number) != 1 || atoi(port) > 65535)
        fail(2, address, "--address must look like 127.0.0.1:0 or [::1]:0");
    if (v6 ? strcmp(host, "::1") != 0 : strncmp(host, "127.", 4) != 0)
        fail(2, address, "--address must be a loopback address");
    place.v4.sin_port = htons(atoi(port));   // at the same offset in both families
    return place;
}

static int listen_at_address(void) {
    char host[46] = "";
    union place place = transport == UNIX ? parse_path() : parse_ip(host);
    int fd = socket(place.any.sa_family, transport == UDP ? SOCK_DGRAM : SOCK_STREAM, 0);
    if (transport == TCP)
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
    if (bind(fd, &place.any, sizeof place.path) < 0 || (transport != UDP && listen(fd, BACKLOG) < 0))
        fail(1, address, strerrorname_np(errno));
    listening = true;
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
    signal(SIGTERM, stop);
    signal(SIGINT, stop);
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files);
    }
    int fd = listen_at_address();
    if (transport == UDP)
        serve_datagrams(fd);
    else
        serve_streams(fd);
}
