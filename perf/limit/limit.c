/* The least that a correct WebSocket server can do: what is left of the cost is the kernel's.
   One thread, edge-triggered epoll, one recv and at most one send per readable connection and turn: a short recv says
   that the socket is drained. Level-triggered costs 6 % more an echo: the kernel polls each socket once again. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "connection.h"
#include "frame.h"
#include "handshake.h"

enum { MAX_FRAME = MAX_MESSAGE + MAX_HEADER, READ_SIZE = 64 * 1024, BUFFER = 512 * 1024, MAX_PENDING = 1024 * 1024 };
enum { EVENTS = 1024, MAX_ACCEPTS = 64, MAX_READS = 16 }; /* a turn */
enum { TICK_MS = 10 };

static const uint32_t READABLE = EPOLLIN | EPOLLRDHUP | EPOLLET, WRITABLE = EPOLLOUT | EPOLLET;

static int epoll, listener, accepting = 1;
static uint32_t limit = 20000, open_count;
static int64_t ping_ms; /* between two pings of a connection; 0: none are sent */
static struct connection *connections; /* by descriptor */
static uint32_t *members, member_count;
static uint8_t input[MAX_FRAME + READ_SIZE]; /* room for a leftover in front of what is read */
static uint8_t reply[BUFFER], turn[BUFFER]; /* one read's answers; one turn's messages to the room */
static size_t reply_length, turn_length;
static volatile sig_atomic_t stopping;

static void watch(int fd, int operation, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.fd = fd};
    epoll_ctl(epoll, operation, fd, &event);
}

static void drop(int fd)
{
    struct connection *connection = &connections[fd];
    if (connection->state == STATE_FREE)
        return;
    if (connection->path == PATH_ROOM) {
        uint32_t last = members[--member_count];
        members[connection->member] = last;
        connections[last].member = connection->member;
    }
    connection_clear(connection);
    close(fd);
    open_count--;
    if (!accepting) {
        accepting = 1;
        watch(listener, EPOLL_CTL_MOD, EPOLLIN);
    }
}

static int has_output(const struct connection *connection)
{
    return connection->extra && connection->extra->out.length;
}

static void await_writable(int fd)
{
    /* An echo that is not taken stops reading; a member of the room goes on, within MAX_PENDING. */
    watch(fd, EPOLL_CTL_MOD, connections[fd].path == PATH_ROOM ? READABLE | WRITABLE : WRITABLE);
}

static void transmit(int fd, const uint8_t *data, size_t length)
{
    struct connection *connection = &connections[fd];
    if (has_output(connection)) {
        if (connection->extra->out.length + length > MAX_PENDING)
            drop(fd);
        else
            bytes_append(&connection->extra->out, data, length);
        return;
    }
    ssize_t sent = send(fd, data, length, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent == (ssize_t)length)
        return;
    if (sent < 0 && errno != EAGAIN && errno != EINTR) {
        drop(fd);
        return;
    }
    size_t taken = sent < 0 ? 0 : (size_t)sent;
    bytes_append(&connection_extra(connection)->out, data + taken, length - taken);
    await_writable(fd);
}

static void flush_turn(void)
{
    /* Backwards, because dropping a member puts the last one, already served, in its place. */
    for (uint32_t i = member_count; turn_length && i-- > 0;)
        if (connections[members[i]].state == STATE_OPEN)
            transmit((int)members[i], turn, turn_length);
    turn_length = 0;
}

static void put_reply(int opcode, const uint8_t *data, size_t length, const uint8_t mask[4])
{
    reply_length += frame_write_header(reply + reply_length, opcode, length);
    frame_unmask(reply + reply_length, data, length, mask);
    reply_length += length;
}

static int fail(int fd, int code)
{
    uint8_t body[2] = {(uint8_t)(code >> 8), (uint8_t)code};
    put_reply(OP_CLOSE, body, 2, (const uint8_t[4]){0});
    connections[fd].state = STATE_CLOSING;
    return 0;
}

/* `data` is still masked; it is unmasked into the place that it is sent from. */
static int on_message(int fd, int opcode, const uint8_t *data, size_t length, const uint8_t mask[4])
{
    int room = connections[fd].path == PATH_ROOM;
    if (room && turn_length + MAX_HEADER + length > BUFFER)
        flush_turn();
    if (connections[fd].state != STATE_OPEN)
        return 0;
    uint8_t *buffer = room ? turn : reply;
    size_t *end = room ? &turn_length : &reply_length;
    size_t header = frame_write_header(buffer + *end, opcode, length);
    frame_unmask(buffer + *end + header, data, length, mask);
    if (opcode == OP_TEXT && !utf8_is_valid(buffer + *end + header, length))
        return fail(fd, CLOSE_PAYLOAD);
    *end += header + length;
    return 1;
}

static int on_fragment(int fd, const struct frame *frame, const uint8_t *data)
{
    static uint8_t plain[MAX_MESSAGE];
    struct connection *connection = &connections[fd];
    int first = frame->opcode != OP_CONTINUATION, open = connection->extra && connection->extra->opcode;
    if (first == open)
        return fail(fd, CLOSE_PROTOCOL);
    struct extra *extra = connection_extra(connection);
    if (first)
        extra->opcode = frame->opcode;
    if (extra->message.length + frame->length > MAX_MESSAGE)
        return fail(fd, CLOSE_TOO_BIG);
    frame_unmask(plain, data, frame->length, frame->mask);
    bytes_append(&extra->message, plain, frame->length);
    if (!frame->fin)
        return 1;
    struct bytes message = extra->message;
    int opcode = extra->opcode;
    extra->message = (struct bytes){0};
    extra->opcode = 0;
    int going = on_message(fd, opcode, message.data, message.length, (const uint8_t[4]){0});
    bytes_free(&message);
    return going;
}

static int close_code_is_valid(int code)
{
    return (code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006) ||
           (code >= 3000 && code <= 4999);
}

static int on_close(int fd, const struct frame *frame, const uint8_t *data)
{
    uint8_t body[125];
    frame_unmask(body, data, frame->length, frame->mask);
    if (frame->length == 1 || (frame->length >= 2 && !close_code_is_valid(body[0] << 8 | body[1])))
        return fail(fd, CLOSE_PROTOCOL);
    if (frame->length > 2 && !utf8_is_valid(body + 2, frame->length - 2))
        return fail(fd, CLOSE_PAYLOAD);
    put_reply(OP_CLOSE, body, frame->length < 2 ? 0 : 2, (const uint8_t[4]){0});
    connections[fd].state = STATE_CLOSING;
    return 0;
}

static int on_frame(int fd, const struct frame *frame, const uint8_t *data)
{
    if (frame->opcode == OP_CLOSE)
        return on_close(fd, frame, data);
    if (frame->opcode == OP_PING)
        put_reply(OP_PONG, data, frame->length, frame->mask);
    if (frame->opcode & 8)
        return 1;
    struct extra *extra = connections[fd].extra;
    int fragmented = !frame->fin || frame->opcode == OP_CONTINUATION || (extra && extra->opcode);
    return fragmented ? on_fragment(fd, frame, data)
                      : on_message(fd, frame->opcode, data, frame->length, frame->mask);
}

static size_t on_request(int fd, const uint8_t *data, size_t length)
{
    struct handshake handshake;
    if (!handshake_read(data, length, &handshake))
        return 0;
    memcpy(reply, handshake.response, handshake.response_length);
    reply_length = handshake.response_length;
    struct connection *connection = &connections[fd];
    connection->path = (uint8_t)handshake.path;
    connection->state = handshake.path == PATH_NONE ? STATE_CLOSING : STATE_OPEN;
    if (handshake.path == PATH_ROOM) {
        connection->member = member_count;
        members[member_count++] = (uint32_t)fd;
    }
    return handshake.path == PATH_NONE ? length : handshake.consumed;
}

/* Returns how many bytes were understood; the rest waits for more. */
static size_t consume(int fd, const uint8_t *data, size_t length)
{
    size_t at = 0;
    if (connections[fd].state == STATE_HANDSHAKE) {
        at = on_request(fd, data, length);
        /* The answer goes out before anything that a pipelined message could send to the room. */
        transmit(fd, reply, reply_length);
        reply_length = 0;
    }
    while (connections[fd].state == STATE_OPEN) {
        struct frame frame;
        int whole = frame_read(data + at, length - at, &frame);
        if (whole < 0)
            fail(fd, -whole);
        if (whole <= 0)
            break;
        if (reply_length + MAX_HEADER + MAX_MESSAGE > BUFFER) {
            transmit(fd, reply, reply_length);
            reply_length = 0;
            if (connections[fd].state != STATE_OPEN)
                break;
        }
        on_frame(fd, &frame, data + at + frame.header_length);
        at += frame.header_length + frame.length;
    }
    return at;
}

/* Returns what recv returned; less than READ_SIZE means that the socket is drained. */
static ssize_t read_once(int fd)
{
    struct connection *connection = &connections[fd];
    ssize_t got = recv(fd, input + MAX_FRAME, READ_SIZE, MSG_DONTWAIT);
    if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR))
        drop(fd);
    if (got <= 0)
        return got;
    size_t have = connection->extra ? connection->extra->in.length : 0, length = have + (size_t)got;
    uint8_t *data = input + MAX_FRAME - have;
    if (have) {
        memcpy(data, connection->extra->in.data, have);
        bytes_free(&connection->extra->in);
    }
    reply_length = 0;
    size_t used = consume(fd, data, length);
    if (reply_length && connection->state != STATE_FREE)
        transmit(fd, reply, reply_length);
    if (connection->state == STATE_CLOSING && !has_output(connection))
        drop(fd);
    if (used < length && (connection->state == STATE_OPEN || connection->state == STATE_HANDSHAKE))
        bytes_append(&connection_extra(connection)->in, data + used, length - used);
    connection_trim(connection);
    return got;
}

static void on_readable(int fd, uint32_t events)
{
    /* After a hang-up no further edge comes: read to the end. */
    int to_the_end = (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0;
    for (int reads = 0; reads < MAX_READS; reads++) {
        ssize_t got = read_once(fd);
        int drained = got < READ_SIZE && !(to_the_end && got > 0);
        int blocked = connections[fd].path == PATH_ECHO && has_output(&connections[fd]);
        if (drained || blocked || connections[fd].state == STATE_FREE)
            return;
    }
    watch(fd, EPOLL_CTL_MOD, has_output(&connections[fd]) ? READABLE | WRITABLE : READABLE); /* in the next turn */
}

static void on_writable(int fd)
{
    struct connection *connection = &connections[fd];
    struct bytes *out = &connection->extra->out;
    ssize_t sent = send(fd, out->data, out->length, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno != EAGAIN && errno != EINTR) {
        drop(fd);
        return;
    }
    bytes_drop_front(out, sent < 0 ? 0 : (size_t)sent);
    if (out->length)
        return;
    if (connection->state == STATE_CLOSING) {
        drop(fd);
        return;
    }
    watch(fd, EPOLL_CTL_MOD, READABLE);
    connection_trim(connection);
}

static void on_connection(void)
{
    for (int i = 0; i < MAX_ACCEPTS; i++) {
        int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0 && (errno == EMFILE || errno == ENFILE)) {
            accepting = 0; /* until one closes */
            watch(listener, EPOLL_CTL_MOD, 0);
        }
        if (fd < 0)
            return;
        if (open_count == limit || (uint32_t)fd >= limit + 16) {
            close(fd);
            continue;
        }
        connections[fd].state = STATE_HANDSHAKE;
        open_count++;
        watch(fd, EPOLL_CTL_ADD, READABLE);
    }
}

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

/* Goes round the table once in ping_ms: a sweep costs what its pings cost, and no connection has a timer. A step a tick, so that pings go out,
   and pongs come in, many at a time. Counted from the first step: what a step rounds off would add up. */
static void ping_some(void)
{
    static int64_t began, stepped, places_done;
    static uint32_t next;
    static const uint8_t ping[2] = {0x80 | OP_PING, 0};
    int64_t now = now_ms(), places = (int64_t)limit + 16;
    if (!began)
        began = stepped = now;
    if (now - stepped < TICK_MS)
        return;
    stepped = now;
    for (int64_t due = (now - began) * places / ping_ms; places_done < due; places_done++, next = (next + 1) % (uint32_t)places)
        if (connections[next].state == STATE_OPEN)
            transmit((int)next, ping, sizeof ping);
}

static void run(const sigset_t *unblocked)
{
    static struct epoll_event events[EVENTS];
    struct timespec tick = {.tv_nsec = TICK_MS * 1000000};
    while (!stopping) {
        int count = epoll_pwait2(epoll, events, EVENTS, ping_ms ? &tick : NULL, unblocked);
        for (int i = 0; i < count; i++) {
            int fd = events[i].data.fd;
            if (fd == listener) {
                on_connection();
                continue;
            }
            if ((events[i].events & EPOLLOUT) && has_output(&connections[fd]))
                on_writable(fd);
            if ((events[i].events & ~(uint32_t)EPOLLOUT) && connections[fd].state != STATE_FREE)
                on_readable(fd, events[i].events);
        }
        flush_turn();
        if (ping_ms)
            ping_some();
    }
}

static void stop(int signal)
{
    (void)signal;
    stopping = 1;
}

static void open_listener(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int on = 1;
    listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    setsockopt(listener, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on); /* accepted sockets inherit it */
    if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0 || listen(listener, 4096) != 0) {
        perror("limit: listen");
        exit(1);
    }
    watch(listener, EPOLL_CTL_ADD, EPOLLIN);
}

int main(int count, char **arguments)
{
    static const struct option options[] = {
        {"port", required_argument, NULL, 'p'}, {"connections", required_argument, NULL, 'c'}, {"ping", required_argument, NULL, 'i'}, {0}};
    int port = 9001, option;
    while ((option = getopt_long(count, arguments, "", options, NULL)) != -1) {
        if (option == 'p')
            port = atoi(optarg);
        else if (option == 'c')
            limit = (uint32_t)atoi(optarg);
        else if (option == 'i')
            ping_ms = 1000LL * atoi(optarg);
        else {
            fprintf(stderr, "usage: limit [--port N] [--connections MAX] [--ping SECONDS]\n");
            return 2;
        }
    }
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);

    sigset_t blocked, unblocked;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGTERM);
    sigaddset(&blocked, SIGINT);
    sigprocmask(SIG_BLOCK, &blocked, &unblocked);
    struct sigaction action = {.sa_handler = stop};
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);

    epoll = epoll_create1(EPOLL_CLOEXEC);
    connections = calloc(limit + 16, sizeof *connections); /* pages are touched only as descriptors are used */
    members = calloc(limit, sizeof *members);
    if (epoll < 0 || !connections || !members)
        return 1;
    open_listener(port);
    printf("listening %d\n", port);
    fflush(stdout);
    run(&unblocked);
    return 0;
}
