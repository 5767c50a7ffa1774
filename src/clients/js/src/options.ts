import type { RequestLimits } from './requests.js';

/** What {@link Link} needs of a WebSocket; browsers, Node's global one and npm `ws` all have it. */
export interface WebSocketLike {
  readonly protocol: string;
  binaryType: string;
  // `any`: the event types of the DOM and of ws have no common parent.
  onopen: ((event: any) => void) | null;
  onmessage: ((event: any) => void) | null;
  onclose: ((event: any) => void) | null;
  onerror: ((event: any) => void) | null;
  send(data: string | Uint8Array<ArrayBuffer>): void;
  close(code?: number, reason?: string): void;
}

export type WebSocketClass = new (url: string, protocols: string[]) => WebSocketLike;

export interface ClientOptions {
  /** The name to use where the node does not authenticate. */
  user?: string;
  /** A JWT, where it does. It travels in the first message, not in the URL, which proxies log. */
  token?: string;
  /** Gives a token for the first connection, and a fresh one when the last was refused as expired. */
  getToken?: () => string | Promise<string>;
  /** `json` by default. */
  encoding?: 'json' | 'proto';
  /** Needed where there is no global `WebSocket` (Node 20): that of npm `ws`. */
  WebSocket?: WebSocketClass;

  /** Milliseconds a request waits for its reply, connecting included. 10,000 by default. */
  requestTimeoutMs?: number;
  /** Milliseconds an attempt to connect may take. 10,000 by default. */
  connectTimeoutMs?: number;
  /** Milliseconds of silence after which the client asks whether the node is there. By default what the node says. */
  heartbeatMs?: number;
  /** Milliseconds to wait for the answer to that. 10,000 by default. */
  heartbeatTimeoutMs?: number;
  /** Milliseconds: first and longest window of the pause before coming back. 500 and 30,000 by default. */
  backoff?: { baseMs?: number; capMs?: number };
  /**
   * Whether a node that sends its clients away may name another one to come back to (`node=` in its close reason). The token goes
   * there, too. True by default; false where all nodes are behind one address, or where only the configured one may be used.
   */
  followNodes?: boolean;
  /** Requests that may wait for a connection; the next one is rejected with `queueFull`. 256 by default. */
  maxQueued?: number;
  /** Requests that may wait altogether; the next one is rejected with `queueFull`. 1,024 by default. */
  maxPending?: number;
}

export interface Settings extends RequestLimits {
  WebSocket: WebSocketClass;
  encoding: 'json' | 'proto';
  connectTimeoutMs: number;
  heartbeatMs: number | undefined;
  heartbeatTimeoutMs: number;
}

export function settingsOf(options: ClientOptions): Settings {
  const WebSocket = options.WebSocket ?? (globalThis.WebSocket as WebSocketClass | undefined);
  if (!WebSocket) throw new TypeError('no global WebSocket here: pass one, such as that of npm ws, as options.WebSocket');
  return {
    WebSocket,
    encoding: options.encoding ?? 'json',
    timeoutMs: options.requestTimeoutMs ?? 10_000,
    connectTimeoutMs: options.connectTimeoutMs ?? 10_000,
    heartbeatMs: options.heartbeatMs,
    heartbeatTimeoutMs: options.heartbeatTimeoutMs ?? 10_000,
    maxQueued: options.maxQueued ?? 256,
    maxPending: options.maxPending ?? 1024,
  };
}
