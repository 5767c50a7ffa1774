import type { Codec } from './codec.js';
import type { Message } from './message.js';
import { ProtoReader } from './proto-reader.js';
import { ProtoWriter } from './proto-writer.js';

const utf8 = new TextEncoder();
const strictUtf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * `pubsub.v1.proto`: one `pubsub.v1.Message` a binary frame. Written by hand because the shape is one message of
 * eight fields, and a protobuf runtime would be ten times the rest of this library.
 */
export const protoCodec: Codec = {
  subprotocol: 'pubsub.v1.proto',

  encode(message) {
    const writer = new ProtoWriter();
    writer.string(1, message.message_id);
    writer.uint(2, message.seq ?? 0);
    writer.string(3, message.room ?? '');
    writer.string(4, message.user ?? '');
    writer.uint(5, message.offset ?? 0);
    writer.string(6, message.epoch ?? '');
    if (message.data !== undefined) writer.bytes(7, dataToBytes(message.data));
    return writer.finish();
  },

  decode(frame) {
    if (!(frame instanceof ArrayBuffer)) throw new TypeError('a text frame on a binary protocol');
    const message: Message = { message_id: '' };
    const reader = new ProtoReader(new Uint8Array(frame));
    for (let field = reader.next(); field !== 0; field = reader.next()) readField(reader, field, message);
    return message;
  },
};

function readField(reader: ProtoReader, field: number, message: Message): void {
  switch (field) {
    case 1: message.message_id = reader.string(); break;
    case 2: message.seq = reader.uint(); break;
    case 3: message.room = reader.string(); break;
    case 4: message.user = reader.string(); break;
    case 5: message.offset = reader.uint(); break;
    case 6: message.epoch = reader.string(); break;
    case 7: message.data = bytesToData(reader.bytes()); break;
    case 8: message.error = readError(new ProtoReader(reader.bytes())); break;
    default: reader.skip();
  }
}

function readError(reader: ProtoReader): { code: number; reason: string } {
  const error = { code: 0, reason: '' };
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 1) error.code = reader.uint();
    else if (field === 2) error.reason = reader.string();
    else reader.skip();
  }
  return error;
}

function dataToBytes(data: unknown): Uint8Array {
  return data instanceof Uint8Array ? data : utf8.encode(JSON.stringify(data));
}

/** The rule of protocol/client.md: bytes that are one valid JSON text are that value, any others stay bytes. */
function bytesToData(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(strictUtf8.decode(bytes)) as unknown;
  } catch {
    return bytes.slice();
  }
}
