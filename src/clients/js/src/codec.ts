import type { Message } from './message.js';

/** One encoding of {@link Message}. `decode` throws on what it cannot read. */
export interface Codec {
  /** The WebSocket subprotocol that names this encoding. */
  readonly subprotocol: string;
  encode(message: Message): string | Uint8Array<ArrayBuffer>;
  decode(frame: unknown): Message;
}
