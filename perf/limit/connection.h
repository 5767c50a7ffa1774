#ifndef LIMIT_CONNECTION_H
#define LIMIT_CONNECTION_H

#include <stddef.h>
#include <stdint.h>

struct bytes {
    uint8_t *data;
    size_t length;
};

/* What only a connection in the middle of something needs; freed as soon as it is empty. */
struct extra {
    struct bytes in;      /* the incomplete tail of what was read */
    struct bytes out;     /* what the socket did not take */
    struct bytes message; /* the fragments of a message so far */
    uint8_t opcode;       /* of that message; 0 when none is open */
};

enum state { STATE_FREE, STATE_HANDSHAKE, STATE_OPEN, STATE_CLOSING };

/* All that an idle connection costs in user space: 16 bytes here and, in the room, 4 in the list of members. */
struct connection {
    struct extra *extra;
    uint32_t member; /* its place in the list of members */
    uint8_t state, path;
};

/* Never fails: without memory the process ends, as a limit that measures nothing any more should. */
struct extra *connection_extra(struct connection *connection);
void connection_trim(struct connection *connection);
void connection_clear(struct connection *connection);

void bytes_append(struct bytes *bytes, const uint8_t *data, size_t length);
void bytes_drop_front(struct bytes *bytes, size_t count);
void bytes_free(struct bytes *bytes);

#endif
