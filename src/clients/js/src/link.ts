import { CloseCode } from './close-code.js';
import type { Codec } from './codec.js';
import { jsonCodec } from './json-codec.js';
import type { Message } from './message.js';
import type { Settings, WebSocketLike } from './options.js';
import { protoCodec } from './proto-codec.js';

export interface LinkEvents {
  onOpen(): void;
  onMessage(message: Message): void;
  /** A frame that cannot be read. */
  onUnreadable(error: unknown): void;
  /** Once at most, and nothing comes after it. */
  onClose(code: number, reason: string): void;
}

/** One WebSocket, with its encoding: messages in, messages out. */
export class Link {
  private readonly socket: WebSocketLike;
  private codec: Codec = jsonCodec;
  private events: LinkEvents | null;

  /** Throws where the URL is not one a WebSocket takes. */
  constructor(url: string, settings: Settings, events: LinkEvents) {
    const wanted = settings.encoding === 'proto' ? protoCodec : jsonCodec;
    this.events = events;
    this.socket = new settings.WebSocket(url, [wanted.subprotocol]);
    this.socket.binaryType = 'arraybuffer';
    this.socket.onopen = () => {
      // The node's choice, not our wish: a node that names no subprotocol speaks JSON.
      this.codec = this.socket.protocol === protoCodec.subprotocol ? protoCodec : jsonCodec;
      this.events?.onOpen();
    };
    this.socket.onmessage = (event: { data: unknown }) => this.receive(event.data);
    this.socket.onclose = (event: { code: number; reason: string }) => this.finish(event.code, event.reason);
    // A close event always follows, and says as much as a browser is willing to.
    this.socket.onerror = () => {};
  }

  send(message: Message): void {
    this.socket.send(this.codec.encode(message));
  }

  /**
   * Ends it now, from our side. The close event is not waited for: on a dead network a browser takes up to
   * a minute to give it.
   */
  end(code: number, reason: string): void {
    try {
      this.socket.close(CloseCode.normal);
    } finally {
      this.finish(code, reason);
    }
  }

  private receive(frame: unknown): void {
    if (!this.events) return;
    let message: Message;
    try {
      message = this.codec.decode(frame);
    } catch (error) {
      this.events.onUnreadable(error);
      return;
    }
    this.events.onMessage(message);
  }

  private finish(code: number, reason: string): void {
    const events = this.events;
    this.events = null;
    events?.onClose(code, reason);
  }
}
