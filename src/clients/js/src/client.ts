import { Backoff } from './backoff.js';
import { CloseCode, comesBack } from './close-code.js';
import { Connection, type Welcome } from './connection.js';
import { Emitter } from './emitter.js';
import { Identity } from './identity.js';
import type { DirectMessage, Message } from './message.js';
import { watchNetwork } from './network-watch.js';
import { settingsOf, type ClientOptions, type Settings } from './options.js';
import { ErrorCode, PushError } from './push-error.js';
import { Reconnect } from './reconnect.js';
import { Requests } from './requests.js';
import type { Room, RoomOptions } from './room.js';
import { Rooms } from './rooms.js';

/** `idle`: not connected and not trying. `waiting`: between two attempts. */
export type ClientState = 'idle' | 'connecting' | 'online' | 'waiting';

export interface ClientEvents {
  /** Connected and known by name; after a reconnect too. Rooms are joined again right after it. */
  connected: Welcome;
  /** A connection is gone; `willReconnect` false: for good, until `connect()` is called. */
  disconnected: { code: number; reason: string; willReconnect: boolean };
  /** The next attempt starts in `delayMs`. `attempt` counts from 1. */
  reconnecting: { attempt: number; delayMs: number };
  direct: DirectMessage;
  /** A message of the application's own that the server sent by itself. */
  message: Message;
  /** Something went wrong that no promise could tell. */
  error: PushError;
}

/**
 * A client of the push server: one connection that comes back by itself, and the rooms on it.
 * Every failure that reaches the application is a {@link PushError}.
 */
export class PushClient {
  private readonly settings: Settings;
  private readonly events = new Emitter<ClientEvents>();
  private readonly identity: Identity;
  private readonly requests: Requests;
  private readonly rooms: Rooms;
  private readonly reconnect: Reconnect;
  private connection: Connection | null = null;
  private current: ClientState = 'idle';
  private first: { promise: Promise<void>; resolve: () => void; reject: (error: PushError) => void } | null = null;
  private unwatch = (): void => {};

  /** Throws `TypeError` where there is no WebSocket to use. */
  constructor(url: string, options: ClientOptions = {}) {
    this.settings = settingsOf(options);
    this.identity = new Identity(options);
    this.requests = new Requests(this.settings);
    this.rooms = new Rooms(this.requests, this.settings.timeoutMs);
    const backoff = new Backoff(options.backoff?.baseMs, options.backoff?.capMs);
    this.reconnect = new Reconnect(url, backoff, () => void this.open(), options.followNodes);
  }

  get state(): ClientState {
    return this.current;
  }

  /** Listens to an event; the returned function ends that. */
  on<K extends keyof ClientEvents>(name: K, listener: (event: ClientEvents[K]) => void): () => void {
    return this.events.on(name, listener);
  }

  /**
   * Connects, and from then on comes back by itself. Resolves with the first connection, however many attempts that
   * takes; rejects when the node refuses for good, or with `close()`.
   */
  connect(): Promise<void> {
    if (this.first) return this.first.promise;
    let resolve!: () => void;
    let reject!: (error: PushError) => void;
    const promise = new Promise<void>((yes, no) => ([resolve, reject] = [yes, no]));
    this.first = { promise, resolve, reject };
    this.unwatch = watchNetwork(
      () => (this.current === 'waiting' ? this.reconnectNow() : this.connection?.doubt()),
      () => this.connection?.doubt(),
    );
    void this.open();
    return promise;
  }

  /** Ends the connection and every room. `connect()` starts anew. */
  close(): void {
    if (this.current === 'idle') return;
    const connection = this.connection;
    this.connection = null;
    connection?.end(CloseCode.normal, '');
    this.stop(CloseCode.normal, 'closed', new PushError(ErrorCode.closed, 'the client was closed'));
  }

  /** Does not wait for the end of the pause between two attempts. */
  reconnectNow(): void {
    if (this.current !== 'waiting') return;
    this.reconnect.cancel();
    void this.open();
  }

  /** Enters a room; resolves when the node says so. While offline it waits for the connection, `requestTimeoutMs` long. */
  join(room: string, options: RoomOptions = {}): Promise<Room> {
    return this.rooms.join(room, options, this.current === 'online');
  }

  /** Sends to one user; resolves to how many connections of that user it went to; to 0 where the cluster cannot tell. */
  async direct(user: string, data: unknown): Promise<number> {
    const reply = await this.requests.request({ message_id: 'direct', user, data });
    return (reply.data as { connections?: number } | undefined)?.connections ?? 0;
  }

  /** Sends to a route of the application's own; resolves to the reply. */
  send(messageId: string, data?: unknown): Promise<Message> {
    return this.requests.request(data === undefined ? { message_id: messageId } : { message_id: messageId, data });
  }

  private async open(): Promise<void> {
    this.current = 'connecting';
    let hello: Message | null;
    try {
      hello = await this.identity.connectMessage();
    } catch (error) {
      this.report(ErrorCode.unauthorized, `getToken failed: ${String(error)}`);
      if (this.first) this.comeBack('');
      return;
    }
    if (!this.first || this.connection) return;
    try {
      this.connection = this.connectTo(this.reconnect.takeUrl(), hello);
    } catch (error) {
      const failure = new PushError(ErrorCode.badRequest, `cannot connect: ${String(error)}`);
      this.stop(failure.code, failure.reason, failure);
    }
  }

  private connectTo(url: string, hello: Message | null): Connection {
    const connection: Connection = new Connection(url, this.settings, {
      onOpen: () => {
        this.requests.attach((message) => connection.send(message));
        if (hello) void this.introduce(connection, hello);
      },
      onMessage: (message) => this.receive(message),
      onUnreadable: (error) => this.report(ErrorCode.badMessage, String(error)),
      // Its reply needs no look: that anything came is what the heartbeat wants to know.
      onSilence: () => void this.requests.request({ message_id: 'ping' }, true).catch(() => {}),
      onClose: (code, reason) => {
        if (this.connection === connection) this.lost(code, reason);
      },
    });
    return connection;
  }

  private async introduce(connection: Connection, hello: Message): Promise<void> {
    try {
      await this.welcome(await this.requests.request(hello, true));
    } catch (error) {
      if (this.connection !== connection) return;
      const { code, reason } = error as PushError;
      if (code === ErrorCode.tokenExpired && this.identity.renew()) connection.lose(reason);
      else if (refusals.has(code)) connection.end(code, reason);
      else connection.lose(reason);
    }
  }

  private async welcome(reply: Message): Promise<void> {
    const connection = this.connection;
    if (!connection || this.current === 'online') return;
    const welcome = connection.ready(reply);
    this.current = 'online';
    this.reconnect.connected();
    this.events.emit('connected', welcome);
    this.first?.resolve();
    await this.rooms.enterAll();
    if (this.connection === connection) this.requests.release();
  }

  private receive(message: Message): void {
    if (message.seq) {
      this.requests.settle(message); // A reply that comes after its timeout is nobody's.
    } else if (message.error) {
      this.report(message.error.code, message.error.reason);
    } else {
      this.dispatch(message);
    }
  }

  private dispatch(message: Message): void {
    switch (message.message_id) {
      case 'publish':
      case 'join':
      case 'joined':
      case 'left':
        this.rooms.get(message.room ?? '')?.receive(message);
        break;
      case 'direct':
        this.events.emit('direct', { user: message.user ?? '', data: message.data });
        break;
      case 'connect':
        void this.welcome(message);
        break;
      default:
        this.events.emit('message', message);
    }
  }

  private lost(code: number, reason: string): void {
    const wasOnline = this.current === 'online';
    this.connection = null;
    this.requests.detach();
    const renewed = code !== CloseCode.tokenExpired || this.identity.renew();
    if (!comesBack(code) || !renewed) {
      this.stop(code, reason, new PushError(code, reason || 'the node closed the connection'));
      return;
    }
    if (wasOnline) this.events.emit('disconnected', { code, reason, willReconnect: true });
    if (this.first) this.comeBack(reason); // A listener may have called close().
  }

  private comeBack(closeReason: string): void {
    this.current = 'waiting';
    const delayMs = this.reconnect.schedule(closeReason);
    this.events.emit('reconnecting', { attempt: this.reconnect.attempt, delayMs });
  }

  /** The end, until `connect()` is called again. */
  private stop(code: number, reason: string, error: PushError): void {
    this.current = 'idle';
    this.connection = null;
    this.reconnect.cancel();
    this.unwatch();
    this.requests.rejectAll(error);
    this.requests.detach();
    this.rooms.endAll(error);
    const first = this.first;
    this.first = null;
    first?.promise.catch(() => {}); // Who ignored connect()'s promise is told by the event.
    first?.reject(error);
    this.events.emit('disconnected', { code, reason, willReconnect: false });
  }

  private report(code: number, reason: string): void {
    this.events.emit('error', new PushError(code, reason));
  }
}

/** Errors of `connect` that trying again does not mend. */
const refusals = new Set<number>([
  ErrorCode.unauthorized,
  ErrorCode.permissionDenied,
  ErrorCode.badRequest,
  ErrorCode.tokenExpired,
]);
