import { fromBase64, toBase64 } from './base64.js';
import type { Codec } from './codec.js';
import type { Message } from './message.js';

/** `pubsub.v1.json`: one JSON object a text frame. */
export const jsonCodec: Codec = {
  subprotocol: 'pubsub.v1.json',

  encode(message) {
    if (!(message.data instanceof Uint8Array)) return JSON.stringify(message);
    const { data, ...rest } = message;
    return JSON.stringify({ ...rest, data_base64: toBase64(data as Uint8Array) });
  },

  decode(frame) {
    if (typeof frame !== 'string') throw new TypeError('a binary frame on a text protocol');
    const value = JSON.parse(frame) as (Message & { data_base64?: unknown }) | null;
    if (typeof value !== 'object' || value === null || typeof value.message_id !== 'string') {
      throw new TypeError('a message without message_id');
    }
    if (typeof value.data_base64 === 'string') {
      value.data = fromBase64(value.data_base64);
      delete value.data_base64;
    }
    return value;
  },
};
