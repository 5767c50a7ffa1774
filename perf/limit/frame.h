#ifndef LIMIT_FRAME_H
#define LIMIT_FRAME_H

#include <stddef.h>
#include <stdint.h>

enum { OP_CONTINUATION = 0, OP_TEXT = 1, OP_BINARY = 2, OP_CLOSE = 8, OP_PING = 9, OP_PONG = 10 };
enum { MAX_MESSAGE = 64 * 1024, MAX_HEADER = 14 };
enum { CLOSE_PROTOCOL = 1002, CLOSE_PAYLOAD = 1007, CLOSE_TOO_BIG = 1009 };

struct frame {
    uint8_t fin, opcode;
    uint8_t header_length;
    uint8_t mask[4];
    size_t length; /* of the payload */
};

/* RFC 6455, 5.2. Returns 1 when a whole frame lies at `data`, 0 when more bytes are needed,
   or minus the close code that its header earns. */
int frame_read(const uint8_t *data, size_t available, struct frame *frame);

/* `out` needs MAX_HEADER bytes; a server's header has no mask. Returns the header's length. */
size_t frame_write_header(uint8_t *out, int opcode, size_t length);

/* `out` may not overlap `data`: unmasking is the one copy that a payload makes. */
void frame_unmask(uint8_t *out, const uint8_t *data, size_t length, const uint8_t mask[4]);

int utf8_is_valid(const uint8_t *data, size_t length);

#endif
