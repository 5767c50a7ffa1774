import type { Message } from './message.js';
import { ErrorCode, PushError } from './push-error.js';

export interface RequestLimits {
  timeoutMs: number;
  maxQueued: number;
  maxPending: number;
}

interface Pending {
  readonly message: Message;
  readonly resolve: (reply: Message) => void;
  readonly reject: (error: PushError) => void;
  readonly timer: ReturnType<typeof setTimeout>;
  sent: boolean;
}

/**
 * Requests that wait: for a connection (queued) or for their reply (sent). Bounded in number and in time; every one
 * ends in exactly one reply or one {@link PushError}. A request that was sent when the connection broke is never
 * sent again by itself: whether the node carried it out is not known, and only the application can tell if
 * doing it twice is harmless.
 */
export class Requests {
  private readonly pending = new Map<number, Pending>();
  private transmit: ((message: Message) => void) | null = null;
  private released = false;
  private queued = 0;
  private lastSeq = 0;

  constructor(private readonly limits: RequestLimits) {}

  /**
   * Sends a request, or queues it until {@link release}. An urgent one (`connect`, `join`, `ping`) never waits
   * behind the queue: it is what the release itself depends on.
   */
  request(message: Message, urgent = false): Promise<Message> {
    const sendNow = this.transmit !== null && (this.released || urgent);
    if (!sendNow && urgent) return Promise.reject(new PushError(ErrorCode.connectionLost, 'not connected'));
    if (this.pending.size >= this.limits.maxPending) return refuse(`${this.limits.maxPending} requests wait for a reply`);
    if (!sendNow && this.queued >= this.limits.maxQueued) {
      return refuse(`not connected, and ${this.limits.maxQueued} requests wait already`);
    }
    const seq = ++this.lastSeq;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.expire(seq), this.limits.timeoutMs);
      const entry: Pending = { message: { ...message, seq }, resolve, reject, timer, sent: false };
      this.pending.set(seq, entry);
      this.queued++;
      if (sendNow) this.send(entry);
    });
  }

  /** A connection is open: urgent requests may go. */
  attach(transmit: (message: Message) => void): void {
    this.transmit = transmit;
  }

  /** The connection is ready: what was queued goes out in its order. */
  release(): void {
    this.released = true;
    for (const entry of this.pending.values()) if (!entry.sent) this.send(entry);
  }

  /** The connection is gone: what was sent fails with `connectionLost`, what was queued goes on waiting. */
  detach(): void {
    this.transmit = null;
    this.released = false;
    this.fail(new PushError(ErrorCode.connectionLost, 'the connection broke before the reply'), (entry) => entry.sent);
  }

  /** Nothing will come any more. */
  rejectAll(error: PushError): void {
    this.fail(error, () => true);
  }

  /** Ends the request that this reply answers; false where nobody waits for it (any more). */
  settle(reply: Message): boolean {
    const entry = this.remove(reply.seq ?? 0);
    if (!entry) return false;
    if (reply.error) entry.reject(new PushError(reply.error.code, reply.error.reason));
    else entry.resolve(reply);
    return true;
  }

  private send(entry: Pending): void {
    entry.sent = true;
    this.queued--;
    try {
      this.transmit!(entry.message);
    } catch (error) {
      // JSON.stringify refuses cycles and BigInt: the caller's data, so the caller's error.
      this.remove(entry.message.seq!);
      entry.reject(new PushError(ErrorCode.badRequest, `data cannot be encoded: ${String(error)}`));
    }
  }

  private expire(seq: number): void {
    const entry = this.remove(seq);
    if (!entry) return;
    const why = entry.sent ? 'no reply in time' : 'no connection in time; nothing was sent';
    entry.reject(new PushError(ErrorCode.requestTimeout, why));
  }

  private fail(error: PushError, which: (entry: Pending) => boolean): void {
    for (const [seq, entry] of [...this.pending]) {
      if (!which(entry)) continue;
      this.remove(seq);
      entry.reject(error);
    }
  }

  private remove(seq: number): Pending | undefined {
    const entry = this.pending.get(seq);
    if (!entry) return undefined;
    this.pending.delete(seq);
    clearTimeout(entry.timer);
    if (!entry.sent) this.queued--;
    return entry;
  }
}

function refuse(reason: string): Promise<never> {
  return Promise.reject(new PushError(ErrorCode.queueFull, reason));
}
