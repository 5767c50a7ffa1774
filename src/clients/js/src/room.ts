import { callSafely } from './emitter.js';
import { Members, type Moves } from './members.js';
import type { Message, RoomMessage } from './message.js';
import { ErrorCode, PushError } from './push-error.js';
import { RoomSequence, type Gap } from './room-sequence.js';

export interface RoomHandlers {
  /** Every message of the room, one's own too, in order and without duplicates. */
  onMessage?: (message: RoomMessage) => void;
  /** Somebody came. Not called for those who are there already when one joins: they are in `members`. */
  onJoined?: (user: string) => void;
  onLeft?: (user: string) => void;
  /** Messages were lost to this client, and where. */
  onGap?: (gap: Gap) => void;
  /** The node did not take this client back into the room: it is over. */
  onEnded?: (error: PushError) => void;
}

export interface RoomOptions extends RoomHandlers {
  /** False: do not fetch missing messages, only report the gap. For rooms where only the latest counts. */
  recover?: boolean;
}

/** What {@link Room} asks of its client. */
export interface RoomClient {
  request(message: Message, urgent?: boolean): Promise<Message>;
  forget(room: Room): void;
}

/** A message as `history` lists it: its room and epoch stand beside the list. */
interface Numbered {
  user?: string;
  offset: number;
  data?: unknown;
}

interface PresenceData {
  count: number;
  users: string[];
}

/** `joined` and `left` that overtake the reply to `join`; a node sends them to small rooms only. */
const maxEarly = 1000;

/** Long enough for the other nodes to have heard of our own join. */
const learnMembersMs = 500;

/** A room that this client is in. It survives reconnects: the client joins again and fetches what was missed. */
export class Room {
  private readonly people = new Members();
  private readonly sequence: RoomSequence<Numbered>;
  private early: Message[] | null = [];
  /** Of every list that was asked for: who came and went meanwhile. */
  private readonly asked = new Set<Moves>();
  private entered = false;
  private learning?: ReturnType<typeof setTimeout>;
  private ended = false;

  /** @internal Rooms come from `PushClient.join`. */
  constructor(
    readonly name: string,
    private readonly options: RoomOptions,
    private readonly client: RoomClient,
  ) {
    this.sequence = new RoomSequence(name, {
      deliver: (message) => this.tell(options.onMessage, this.toRoomMessage(message, this.epoch)),
      gap: (gap) => this.tell(options.onGap, gap),
      hole: (after) => void this.fillHole(after),
    });
  }

  /** Who is here, kept up to date while the room has at most 200 members; beyond, {@link presence} asks anew. */
  get members(): ReadonlySet<string> {
    return this.people.names;
  }

  /** How many are here. */
  get count(): number {
    return this.people.count;
  }

  /** Offset of the last message that was delivered (or reported missing). */
  get offset(): number {
    return this.sequence.offset;
  }

  /** The life of the room that {@link offset} counts in. */
  get epoch(): string {
    return this.sequence.epoch;
  }

  /** Publishes any JSON value, or bytes; resolves to its offset. */
  async publish(data: unknown): Promise<number> {
    this.assertNotEnded();
    const reply = await this.client.request({ message_id: 'publish', room: this.name, data });
    return reply.offset ?? 0;
  }

  /** No handler is called any more, from this call on. */
  async leave(): Promise<void> {
    if (this.ended) return;
    this.ended = true;
    clearTimeout(this.learning);
    this.client.forget(this);
    try {
      await this.client.request({ message_id: 'leave', room: this.name }, true);
    } catch (error) {
      // Offline, or not a member any more: then the node has let go of us already.
      const gone: number[] = [ErrorCode.connectionLost, ErrorCode.closed, ErrorCode.notAMember];
      if (!(error instanceof PushError && gone.includes(error.code))) throw error;
    }
  }

  /** Asks who is here: the count, and up to 200 names, in no order. */
  async presence(): Promise<PresenceData> {
    this.assertNotEnded();
    const since: Moves = new Map();
    this.asked.add(since);
    try {
      const reply = await this.client.request({ message_id: 'presence', room: this.name });
      const presence = presenceOf(reply);
      const { users, count } = presence;
      // A node that nobody tells of the others names its own: that says of nobody that they left.
      const isHere = (user: string) => since.get(user) !== false;
      this.tellChanges(isPartial(reply) ? this.people.merge(users.filter(isHere)) : this.people.replace(users, count, since));
      return presence;
    } finally {
      this.asked.delete(since);
    }
  }

  /** Messages with offsets greater than `after` (0: from the oldest that is kept), `limit` at most. */
  async history(query: { after?: number; limit?: number } = {}): Promise<RoomMessage[]> {
    this.assertNotEnded();
    const { messages, epoch } = await this.askHistory(query.after ?? 0, query.limit, false);
    return messages.map((message) => this.toRoomMessage(message, epoch));
  }

  /** @internal Joins, or joins again; throws what the node says. */
  async enter(): Promise<void> {
    this.sequence.hold();
    this.early = [];
    const seen = this.sequence.epoch === '' ? {} : { offset: this.offset, epoch: this.epoch };
    const reply = await this.client.request({ message_id: 'join', room: this.name, ...seen }, true);
    if (this.ended) return;
    const again = this.entered;
    this.entered = true;
    const { recovered = false } = (reply.data ?? {}) as { recovered?: boolean };
    const partial = isPartial(reply);
    const { users, count } = presenceOf(reply);
    const changes = partial ? this.people.merge(users) : this.people.replace(users, count);
    if (again) this.tellChanges(changes);
    this.sequence.open(reply.offset ?? 0, reply.epoch ?? '', recovered);
    const early = this.early ?? [];
    this.early = null;
    for (const message of early) this.receive(message);
    if (partial) this.learnMembers();
  }

  /** @internal `publish`, `joined`, `left`, or a `join` that nobody asked for, of this room, from the node. */
  receive(message: Message): void {
    const user = message.user ?? '';
    if (message.message_id === 'publish') {
      this.sequence.push({ user, offset: message.offset ?? 0, data: message.data });
    } else if (message.message_id === 'join') {
      this.sequence.restart(message.offset ?? 0, message.epoch ?? '');
    } else if (this.early) {
      // Before the reply to `join` there is no list that these could change.
      if (this.early.length < maxEarly) this.early.push(message);
    } else {
      this.move(user, message.message_id === 'joined');
    }
  }

  /** @internal Over, and not by `leave`. */
  end(error: PushError): void {
    if (this.ended) return;
    if (this.entered) this.tell(this.options.onEnded, error);
    clearTimeout(this.learning);
    this.ended = true;
  }

  private move(user: string, isHere: boolean): void {
    for (const since of this.asked) {
      if (since.size < maxEarly) since.set(user, isHere);
    }
    if (isHere ? this.people.add(user) : this.people.remove(user)) {
      this.tell(isHere ? this.options.onJoined : this.options.onLeft, user);
    }
  }

  private async fillHole(after: number): Promise<void> {
    let found: Numbered[] = [];
    if (this.options.recover !== false) {
      try {
        found = (await this.askHistory(after, undefined, true)).messages;
      } catch (error) {
        // Lost with the connection: the next join asks for the same messages.
        if (error instanceof PushError && error.code === ErrorCode.connectionLost) return;
      }
    } else {
      await Promise.resolve(); // `fill` must not run inside the `drain` that found the hole.
    }
    this.sequence.fill(found);
  }

  private async askHistory(
    after: number,
    limit: number | undefined,
    urgent: boolean,
  ): Promise<{ messages: Numbered[]; epoch: string }> {
    const request: Message = { message_id: 'history', room: this.name, offset: after };
    if (limit !== undefined) request.data = { limit };
    const reply = await this.client.request(request, urgent);
    const { messages = [] } = (reply.data ?? {}) as { messages?: Numbered[] };
    return { messages, epoch: reply.epoch ?? '' };
  }

  private toRoomMessage({ user = '', offset, data }: Numbered, epoch: string): RoomMessage {
    return { room: this.name, user, offset, epoch, data };
  }

  /** The node has named its own connections only: those of the others are known a moment after our own has come in. */
  private learnMembers(): void {
    clearTimeout(this.learning);
    this.learning = setTimeout(() => {
      if (!this.ended) this.presence().catch(() => undefined); // Without it the list grows by who comes.
    }, learnMembersMs);
  }

  private tellChanges(changes: { came: string[]; went: string[] }): void {
    for (const user of changes.went) this.tell(this.options.onLeft, user);
    for (const user of changes.came) this.tell(this.options.onJoined, user);
  }

  private tell<A extends unknown[]>(handler: ((...args: A) => void) | undefined, ...args: A): void {
    if (!this.ended) callSafely(handler, ...args);
  }

  private assertNotEnded(): void {
    if (this.ended) throw new PushError(ErrorCode.notAMember, `the room ${this.name} was left`);
  }
}

function presenceOf(reply: Message): PresenceData {
  const { count = 0, users = [] } = (reply.data ?? {}) as Partial<PresenceData>;
  return { count, users };
}

/** Whether the reply names members of one node alone. */
function isPartial(reply: Message): boolean {
  return (reply.data as { partial?: boolean } | null | undefined)?.partial ?? false;
}
