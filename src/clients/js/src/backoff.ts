/** A server's `retry_ms` beyond this is cut: a typing error there must not park clients for days. */
const longestHintMs = 5 * 60_000;

/**
 * The pause before the next attempt: full jitter over a window that doubles. Full, not partial, jitter because
 * a node that restarts loses all its clients in one instant, and only a flat spread keeps them apart.
 */
export class Backoff {
  private attempts = 0;

  constructor(
    private readonly baseMs = 500,
    private readonly capMs = 30_000,
    private readonly random: () => number = Math.random,
  ) {}

  /** How many pauses were taken since the last success. */
  get attempt(): number {
    return this.attempts;
  }

  /** The next pause in milliseconds. A hint is a lower bound; the jitter comes on top of it. */
  next(hintMs = 0): number {
    const window = Math.min(this.capMs, this.baseMs * 2 ** Math.min(this.attempts, 30));
    this.attempts++;
    return Math.min(hintMs, longestHintMs) + Math.floor(this.random() * window);
  }

  reset(): void {
    this.attempts = 0;
  }
}
