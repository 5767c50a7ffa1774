import { CloseCode } from './close-code.js';
import { Heartbeat } from './heartbeat.js';
import { Link } from './link.js';
import type { Message } from './message.js';
import type { Settings } from './options.js';

/** What the node said about itself and us when it let us in. */
export interface Welcome {
  readonly user: string;
  /** The node's name for this connection. */
  readonly client: string;
  readonly node: string;
}

export interface ConnectionEvents {
  /** The socket is open; `connect` is still to come. */
  onOpen(): void;
  onMessage(message: Message): void;
  onUnreadable(error: unknown): void;
  /** Sends a `ping`. */
  onSilence(): void;
  /** Once at most, and nothing comes after it. */
  onClose(code: number, reason: string): void;
}

/** How long a connection in doubt (the browser says the network went) has to prove itself, in milliseconds. */
const doubtMs = 2000;

const defaultHeartbeatMs = 25_000;

/** One connection from its first byte to its last: the link, its deadline to become ready, its heartbeat. */
export class Connection {
  private readonly link: Link;
  private readonly deadline: ReturnType<typeof setTimeout>;
  private heartbeat: Heartbeat | undefined;

  constructor(
    url: string,
    private readonly settings: Settings,
    private readonly events: ConnectionEvents,
  ) {
    this.deadline = setTimeout(() => this.lose('no connection in time'), settings.connectTimeoutMs);
    try {
      this.link = new Link(url, settings, {
        onOpen: () => events.onOpen(),
        onMessage: (message) => {
          this.heartbeat?.heard();
          events.onMessage(message);
        },
        onUnreadable: (error) => events.onUnreadable(error),
        onClose: (code, reason) => {
          this.stopTimers();
          events.onClose(code, reason);
        },
      });
    } catch (error) {
      this.stopTimers();
      throw error;
    }
  }

  send(message: Message): void {
    this.link.send(message);
  }

  /** The node has answered `connect`. */
  ready(reply: Message): Welcome {
    clearTimeout(this.deadline);
    const { client = '', node = '', heartbeat_ms } = (reply.data ?? {}) as {
      client?: string;
      node?: string;
      heartbeat_ms?: number;
    };
    this.heartbeat = new Heartbeat(
      this.settings.heartbeatMs ?? (heartbeat_ms || defaultHeartbeatMs),
      this.settings.heartbeatTimeoutMs,
      () => this.events.onSilence(),
      () => this.lose('the node does not answer'),
    );
    this.heartbeat.start();
    return { user: reply.user ?? '', client, node };
  }

  /** There is reason to doubt that it still works: ask at once. */
  doubt(): void {
    this.heartbeat?.probe(Math.min(doubtMs, this.settings.heartbeatTimeoutMs));
  }

  /** Gives it up as broken; the client comes back. */
  lose(reason: string): void {
    this.link.end(CloseCode.abnormal, reason);
  }

  /** Ends it for good, with this code as what the client makes of it. */
  end(code: number, reason: string): void {
    this.link.end(code, reason);
  }

  private stopTimers(): void {
    clearTimeout(this.deadline);
    this.heartbeat?.stop();
  }
}
