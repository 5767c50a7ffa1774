#ifndef LIMIT_HANDSHAKE_H
#define LIMIT_HANDSHAKE_H

#include <stddef.h>
#include <stdint.h>

enum { MAX_REQUEST = 8192, MAX_RESPONSE = 256 };

enum path { PATH_NONE, PATH_ECHO, PATH_ROOM };

struct handshake {
    enum path path; /* PATH_NONE: refused; send the response and close */
    size_t consumed;
    size_t response_length;
    char response[MAX_RESPONSE];
};

/* RFC 6455, 4.2. Returns 0 while the request is incomplete, 1 when `result` holds the answer to it. */
int handshake_read(const uint8_t *data, size_t length, struct handshake *result);

#endif
