import { ErrorCode, PushError } from './push-error.js';
import type { Message } from './message.js';
import { Room, type RoomClient, type RoomOptions } from './room.js';

interface Entry {
  readonly room: Room;
  /** A join is on its way: one that a `connected` listener started must not be sent twice. */
  entering: boolean;
  readonly settled: { resolve: (room: Room) => void; reject: (error: PushError) => void };
}

/** The rooms that this client is in or on its way into. */
export class Rooms {
  private readonly entries = new Map<string, Entry>();

  constructor(
    private readonly client: Pick<RoomClient, 'request'>,
    private readonly timeoutMs: number,
  ) {}

  get(name: string): Room | undefined {
    return this.entries.get(name)?.room;
  }

  /** Joins now when `online`, else with {@link enterAll}; either way in `timeoutMs` or not at all. */
  join(name: string, options: RoomOptions, online: boolean): Promise<Room> {
    if (this.entries.has(name)) return Promise.reject(new PushError(ErrorCode.badRequest, `${name} is joined already`));
    return new Promise((resolve, reject) => {
      const room = new Room(name, options, {
        request: (message: Message, urgent) => this.client.request(message, urgent),
        forget: () => this.entries.delete(name),
      });
      const timer = setTimeout(() => {
        this.drop(entry, new PushError(ErrorCode.requestTimeout, `could not join ${name} in time`));
      }, this.timeoutMs);
      const settled = {
        resolve: (joined: Room) => (clearTimeout(timer), resolve(joined)),
        reject: (error: PushError) => (clearTimeout(timer), reject(error)),
      };
      const entry: Entry = { room, entering: false, settled };
      this.entries.set(name, entry);
      if (online) void this.enter(entry);
    });
  }

  /** After a connect: joins every room; resolves when each has its answer. */
  async enterAll(): Promise<void> {
    await Promise.all([...this.entries.values()].map((entry) => this.enter(entry)));
  }

  endAll(error: PushError): void {
    for (const entry of [...this.entries.values()]) this.drop(entry, error);
  }

  private async enter(entry: Entry): Promise<void> {
    if (entry.entering) return;
    entry.entering = true;
    try {
      await entry.room.enter();
      entry.settled.resolve(entry.room);
    } catch (error) {
      const refused = error as PushError;
      // Lost on the way: the next connect tries again.
      if (refused.code !== ErrorCode.connectionLost) this.drop(entry, refused);
    } finally {
      entry.entering = false;
    }
  }

  private drop(entry: Entry, error: PushError): void {
    if (this.entries.get(entry.room.name) === entry) this.entries.delete(entry.room.name);
    entry.room.end(error);
    entry.settled.reject(error);
  }
}
