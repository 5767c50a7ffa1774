#ifndef LIMIT_SHA1_H
#define LIMIT_SHA1_H

#include <stddef.h>
#include <stdint.h>

/* SHA-1 of at most 119 bytes: all that a WebSocket handshake (24 + 36 bytes) asks for, in two blocks. */
void sha1_short(const uint8_t *data, size_t length, uint8_t digest[20]);

#endif
