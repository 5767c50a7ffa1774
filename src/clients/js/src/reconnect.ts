import { Backoff } from './backoff.js';
import { parseHints } from './close-code.js';

/** A connection that held this long was a good one: the next pause starts from the beginning again. */
const goodAfterMs = 10_000;

/** When and where to try next. */
export class Reconnect {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private hintedNode: string | undefined;
  private connectedAt = Infinity;

  constructor(
    private readonly url: string,
    private readonly backoff: Backoff,
    private readonly open: () => void,
    private readonly followsNodes = true,
  ) {}

  get attempt(): number {
    return this.backoff.attempt;
  }

  connected(): void {
    this.connectedAt = performance.now();
  }

  /** Plans the next attempt; returns the pause in milliseconds. */
  schedule(closeReason: string): number {
    // Reset here and not on connect: a node that accepts and at once closes must meet longer and longer pauses.
    if (performance.now() - this.connectedAt >= goodAfterMs) this.backoff.reset();
    this.connectedAt = Infinity;
    const hints = parseHints(closeReason);
    this.hintedNode = this.followsNodes ? hints.node : undefined;
    const delayMs = this.backoff.next(hints.retryMs);
    this.cancel();
    this.timer = setTimeout(this.open, delayMs);
    return delayMs;
  }

  cancel(): void {
    clearTimeout(this.timer);
  }

  /**
   * The hinted node for one attempt; when that fails, the configured URL again. The hint is a host and a port, and replaces
   * nothing else: from wss it never leads to ws, nor to another path.
   */
  takeUrl(): string {
    const node = this.hintedNode;
    this.hintedNode = undefined;
    if (!node) return this.url;
    const url = new URL(this.url);
    url.port = '';
    url.host = node;
    return url.href;
  }
}
