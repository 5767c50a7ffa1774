#include "frame.h"

#include <string.h>

int frame_read(const uint8_t *data, size_t available, struct frame *frame)
{
    if (available < 2)
        return 0;
    frame->fin = data[0] >> 7;
    frame->opcode = data[0] & 15;
    int control = frame->opcode & 8;
    if ((data[0] & 0x70) || !(data[1] & 0x80) || (control ? frame->opcode > OP_PONG : frame->opcode > OP_BINARY))
        return -CLOSE_PROTOCOL;
    uint64_t length = data[1] & 127;
    if (control && (length > 125 || !frame->fin))
        return -CLOSE_PROTOCOL;
    size_t header = length == 126 ? 8 : length == 127 ? 14 : 6;
    if (available < header)
        return 0;
    if (length >= 126) {
        size_t bytes = header - 6;
        length = 0;
        for (size_t i = 0; i < bytes; i++)
            length = length << 8 | data[2 + i];
        if (length >> 63 || length < (bytes == 2 ? 126u : 65536u))
            return -CLOSE_PROTOCOL;
    }
    if (length > MAX_MESSAGE)
        return -CLOSE_TOO_BIG;
    memcpy(frame->mask, data + header - 4, 4);
    frame->header_length = (uint8_t)header;
    frame->length = (size_t)length;
    return available - header >= length;
}

size_t frame_write_header(uint8_t *out, int opcode, size_t length)
{
    out[0] = (uint8_t)(0x80 | opcode);
    if (length < 126) {
        out[1] = (uint8_t)length;
        return 2;
    }
    size_t bytes = length < 65536 ? 2 : 8;
    out[1] = bytes == 2 ? 126 : 127;
    for (size_t i = 0; i < bytes; i++)
        out[2 + i] = (uint8_t)((uint64_t)length >> 8 * (bytes - 1 - i));
    return 2 + bytes;
}

void frame_unmask(uint8_t *out, const uint8_t *data, size_t length, const uint8_t mask[4])
{
    uint32_t key;
    memcpy(&key, mask, 4);
    uint64_t wide = (uint64_t)key << 32 | key, word;
    size_t i = 0;
    for (; i + 8 <= length; i += 8) {
        memcpy(&word, data + i, 8);
        word ^= wide;
        memcpy(out + i, &word, 8);
    }
    for (; i < length; i++)
        out[i] = data[i] ^ mask[i & 3];
}

/* Bytes that a sequence starting with `lead` holds, 0 where nothing may start so. */
static size_t sequence_length(uint8_t lead)
{
    return lead < 0x80 ? 1 : lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 0;
}

int utf8_is_valid(const uint8_t *data, size_t length)
{
    size_t i = 0;
    while (i < length) {
        uint64_t word;
        if (i + 8 <= length && (memcpy(&word, data + i, 8), !(word & 0x8080808080808080u))) {
            i += 8;
            continue;
        }
        uint8_t lead = data[i];
        size_t bytes = sequence_length(lead);
        if (bytes == 0 || bytes > length - i)
            return 0;
        for (size_t k = 1; k < bytes; k++)
            if ((data[i + k] & 0xC0) != 0x80)
                return 0;
        /* Overlong forms, surrogates, and what lies above U+10FFFF show in the second byte. */
        if ((lead == 0xE0 && data[i + 1] < 0xA0) || (lead == 0xED && data[i + 1] > 0x9F) ||
            (lead == 0xF0 && data[i + 1] < 0x90) || (lead == 0xF4 && data[i + 1] > 0x8F))
            return 0;
        i += bytes;
    }
    return 1;
}
