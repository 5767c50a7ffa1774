#define _GNU_SOURCE
#include "handshake.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "sha1.h"

struct slice {
    const char *at;
    size_t length;
};

struct request {
    int host, version;
    struct slice upgrade, connection, key;
};

static int is(struct slice value, const char *text)
{
    return value.length == strlen(text) && strncasecmp(value.at, text, value.length) == 0;
}

/* Is `token` one of a comma-separated list's members? Case does not count. */
static int has_token(struct slice list, const char *token)
{
    const char *at = list.at, *end = list.at + list.length;
    while (at < end) {
        const char *comma = memchr(at, ',', (size_t)(end - at));
        const char *stop = comma ? comma : end, *last = stop;
        while (at < last && (*at == ' ' || *at == '\t'))
            at++;
        while (last > at && (last[-1] == ' ' || last[-1] == '\t'))
            last--;
        if (is((struct slice){at, (size_t)(last - at)}, token))
            return 1;
        at = stop + 1;
    }
    return 0;
}

/* A field of the same name twice keeps the last one: the least that works, for lists too. */
static int read_field(const char *line, const char *end, struct request *request)
{
    const char *colon = memchr(line, ':', (size_t)(end - line));
    if (!colon || colon == line)
        return 0;
    struct slice name = {line, (size_t)(colon - line)};
    const char *at = colon + 1;
    while (at < end && (*at == ' ' || *at == '\t'))
        at++;
    while (end > at && (end[-1] == ' ' || end[-1] == '\t'))
        end--;
    struct slice value = {at, (size_t)(end - at)};
    if (is(name, "Host"))
        request->host = 1;
    else if (is(name, "Upgrade"))
        request->upgrade = value;
    else if (is(name, "Connection"))
        request->connection = value;
    else if (is(name, "Sec-WebSocket-Key"))
        request->key = value;
    else if (is(name, "Sec-WebSocket-Version"))
        request->version = is(value, "13");
    return 1;
}

static enum path read_path(const char *line, const char *end)
{
    struct slice rest = {line, (size_t)(end - line)};
    if (rest.length == 18 && memcmp(line, "GET /echo HTTP/1.1", 18) == 0)
        return PATH_ECHO;
    if (rest.length == 18 && memcmp(line, "GET /room HTTP/1.1", 18) == 0)
        return PATH_ROOM;
    return PATH_NONE;
}

static void base64(const uint8_t digest[20], char text[29])
{
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    char *out = text;
    for (int i = 0; i < 21; i += 3) {
        uint32_t group = (uint32_t)digest[i] << 16 | (uint32_t)digest[i + 1] << 8 | (i + 2 < 20 ? digest[i + 2] : 0u);
        for (int shift = 18; shift >= 0; shift -= 6)
            *out++ = alphabet[group >> shift & 63];
    }
    text[27] = '=';
    text[28] = 0;
}

static void refuse(struct handshake *result, const char *status, const char *extra)
{
    result->path = PATH_NONE;
    result->response_length = (size_t)snprintf(result->response, MAX_RESPONSE,
        "HTTP/1.1 %s\r\nConnection: close\r\nContent-Length: 0\r\n%s\r\n", status, extra);
}

static void accept_key(struct handshake *result, struct slice key)
{
    uint8_t text[60], digest[20];
    char encoded[29];
    memcpy(text, key.at, 24);
    memcpy(text + 24, "258EAFA5-E914-47DA-95CA-C5AB0DC85B11", 36);
    sha1_short(text, sizeof text, digest);
    base64(digest, encoded);
    result->response_length = (size_t)snprintf(result->response, MAX_RESPONSE,
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Accept: %s\r\n\r\n", encoded);
}

int handshake_read(const uint8_t *data, size_t length, struct handshake *result)
{
    const char *text = (const char *)data, *head = memmem(text, length, "\r\n\r\n", 4);
    if (!head) {
        if (length < MAX_REQUEST)
            return 0;
        refuse(result, "431 Request Header Fields Too Large", "");
        return 1;
    }
    const char *end = head + 2, *line = text;
    const char *stop = memmem(line, (size_t)(end - line), "\r\n", 2);
    struct request request = {0};
    result->consumed = (size_t)(head + 4 - text);
    result->path = read_path(line, stop);
    for (line = stop + 2; line < end; line = stop + 2) {
        stop = memmem(line, (size_t)(end - line), "\r\n", 2);
        if (!read_field(line, stop, &request)) {
            refuse(result, "400 Bad Request", "");
            return 1;
        }
    }
    if (result->path == PATH_NONE)
        refuse(result, "404 Not Found", "");
    else if (!request.version)
        refuse(result, "426 Upgrade Required", "Sec-WebSocket-Version: 13\r\n");
    else if (!request.host || !is(request.upgrade, "websocket") || !has_token(request.connection, "upgrade") ||
             request.key.length != 24)
        refuse(result, "400 Bad Request", "");
    else
        accept_key(result, request.key);
    return 1;
}
