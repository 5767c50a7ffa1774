/**
 * Notices a connection that died without a word. After `intervalMs` of silence it asks; when then nothing at all
 * comes for `timeoutMs`, the connection is lost. Anything heard counts, so a busy connection is never asked.
 */
export class Heartbeat {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private heardAt = 0;
  private asked = false;

  constructor(
    private readonly intervalMs: number,
    private readonly timeoutMs: number,
    private readonly ask: () => void,
    private readonly lost: () => void,
  ) {}

  start(): void {
    this.heard();
    this.listen(this.intervalMs);
  }

  heard(): void {
    this.heardAt = performance.now();
    if (this.asked) this.listen(this.intervalMs);
  }

  /** Asks at once, for when there is a reason for doubt, and waits no longer than `timeoutMs` for any answer. */
  probe(timeoutMs = this.timeoutMs): void {
    this.stop();
    this.asked = true;
    this.timer = setTimeout(this.lost, timeoutMs);
    this.ask();
  }

  stop(): void {
    clearTimeout(this.timer);
    this.asked = false;
  }

  private listen(delayMs: number): void {
    this.stop();
    this.timer = setTimeout(() => {
      const left = this.heardAt + this.intervalMs - performance.now();
      if (left > 1) this.listen(left);
      else this.probe();
    }, delayMs);
  }
}
