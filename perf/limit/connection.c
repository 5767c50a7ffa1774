#include "connection.h"

#include <stdlib.h>
#include <string.h>

struct extra *connection_extra(struct connection *connection)
{
    if (!connection->extra && !(connection->extra = calloc(1, sizeof *connection->extra)))
        abort();
    return connection->extra;
}

void connection_trim(struct connection *connection)
{
    struct extra *extra = connection->extra;
    if (extra && !extra->in.length && !extra->out.length && !extra->opcode) {
        bytes_free(&extra->message);
        free(extra);
        connection->extra = NULL;
    }
}

void connection_clear(struct connection *connection)
{
    struct extra *extra = connection->extra;
    if (extra) {
        bytes_free(&extra->in);
        bytes_free(&extra->out);
        bytes_free(&extra->message);
        free(extra);
    }
    memset(connection, 0, sizeof *connection);
}

void bytes_append(struct bytes *bytes, const uint8_t *data, size_t length)
{
    if (length == 0)
        return;
    uint8_t *grown = realloc(bytes->data, bytes->length + length);
    if (!grown)
        abort();
    memcpy(grown + bytes->length, data, length);
    bytes->data = grown;
    bytes->length += length;
}

void bytes_drop_front(struct bytes *bytes, size_t count)
{
    if (count == bytes->length) {
        bytes_free(bytes);
        return;
    }
    memmove(bytes->data, bytes->data + count, bytes->length - count);
    bytes->length -= count;
}

void bytes_free(struct bytes *bytes)
{
    free(bytes->data);
    bytes->data = NULL;
    bytes->length = 0;
}
