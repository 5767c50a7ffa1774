/** Messages of a room that this client will not see. */
export interface Gap {
  readonly room: string;
  /** First and last missing offset. With a new epoch nobody knows the last one, and `to` is absent. */
  readonly from: number;
  readonly to?: number;
  /** `expired`: no longer kept. `new-epoch`: the room began anew. `dropped`: left out for this slow connection. */
  readonly why: 'expired' | 'new-epoch' | 'dropped';
}

export interface SequenceEvents<T> {
  deliver(message: T): void;
  gap(gap: Gap): void;
  /** Messages after this offset are missing: {@link RoomSequence.fill} is to be called with what can be had. */
  hole(after: number): void;
}

/** Messages held while earlier ones are fetched; beyond it the oldest goes, and turns up as a gap. */
const maxHeld = 1000;

/**
 * Puts the messages of one room in order. The invariant: everything up to `last` was delivered or reported as a gap,
 * exactly once and in the order of the offsets. Pure: no clock, no socket.
 */
export class RoomSequence<T extends { readonly offset: number }> {
  private state: 'holding' | 'flowing' | 'filling' = 'holding';
  private held: T[] = [];
  private last = 0;
  private target = 0;
  private missing: Gap['why'] = 'expired';
  private life = '';

  constructor(
    private readonly room: string,
    private readonly events: SequenceEvents<T>,
  ) {}

  /** The offset up to which everything was delivered or reported. */
  get offset(): number {
    return this.last;
  }

  get epoch(): string {
    return this.life;
  }

  /** Before a join: what comes now waits for the reply, without which its epoch is not known. */
  hold(): void {
    this.state = 'holding';
    this.held = [];
  }

  /** The join's reply. */
  open(offset: number, epoch: string, recovered: boolean): void {
    const top = Math.min(offset, (this.held[0]?.offset ?? Infinity) - 1);
    this.target = 0;
    if (this.life === '') {
      this.last = top;
    } else if (epoch !== this.life) {
      this.events.gap({ room: this.room, from: this.last + 1, why: 'new-epoch' });
      this.last = 0;
      this.target = offset;
    } else if (!recovered) {
      // Not everything is left, but perhaps some: what history has not is the gap.
      this.target = offset;
    }
    this.missing = 'expired';
    this.life = epoch;
    this.state = 'flowing';
    this.drain();
  }

  /** The room begins another life while one is in it: its numbers go on from there. */
  restart(offset: number, epoch: string): void {
    // While a join is under way its reply tells more.
    if (this.state === 'holding' || epoch === this.life) return;
    if (offset !== this.last) this.events.gap({ room: this.room, from: this.last + 1, why: 'new-epoch' });
    this.held = [];
    this.last = offset;
    this.target = 0;
    this.life = epoch;
    this.state = 'flowing';
  }

  push(message: T): void {
    if (message.offset === 0) {
      this.events.deliver(message); // A room without numbers has no order to keep.
      return;
    }
    if (message.offset <= this.last && this.state !== 'holding') return;
    this.insert(message);
    if (this.state === 'flowing') this.drain();
  }

  /** What the room's history had; with nothing, the missing messages are reported as a gap. */
  fill(messages: readonly T[]): void {
    if (this.state !== 'filling') return;
    for (const message of messages) if (message.offset > this.last) this.insert(message);
    this.skipTo((this.held[0]?.offset ?? this.target + 1) - 1, this.missing);
    this.missing = 'dropped';
    this.state = 'flowing';
    this.drain();
  }

  private drain(): void {
    while (this.state === 'flowing' && this.held.length > 0 && this.held[0]!.offset <= this.last + 1) {
      const message = this.held.shift()!;
      if (message.offset <= this.last) continue;
      this.last = message.offset;
      this.events.deliver(message);
    }
    if (this.state === 'flowing' && (this.held.length > 0 || this.last < this.target)) {
      this.state = 'filling';
      this.events.hole(this.last);
    }
  }

  private skipTo(offset: number, why: Gap['why']): void {
    if (offset <= this.last) return;
    const gap: Gap = { room: this.room, from: this.last + 1, to: offset, why };
    this.last = offset;
    this.events.gap(gap);
  }

  private insert(message: T): void {
    let at = this.held.length;
    while (at > 0 && this.held[at - 1]!.offset > message.offset) at--;
    if (this.held[at - 1]?.offset === message.offset) return;
    this.held.splice(at, 0, message);
    if (this.held.length > maxHeld) this.held.shift();
  }
}
