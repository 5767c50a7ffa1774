import { ErrorCode, PushClient, PushError, type Room, type RoomHandlers } from '@node-push/client';
import { nodeUrl } from './connect-info';
import { Conversation, newId, type MessageItem } from './conversation';
import { readBody, type MessageBody } from './message-body';
import { forget, recall, remember } from './tab-memory';
import { explain, nameTrouble } from './texts';

export type Connectivity =
  | { phase: 'connecting' }
  | { phase: 'online' }
  /** `until`: when the next attempt starts, in the clock of `performance.now()`. */
  | { phase: 'waiting'; until: number }
  | { phase: 'ended'; why: string };

/** Messages from before, shown on entering a room. */
const historyOnEntry = 50;

/** Everything the page shows, and what can be done to it. Views read it and call it; it knows no view. */
export class ChatModel {
  onChange = (): void => {};

  /** On the first page, before a name is given. */
  entering = true;
  entryTrouble = '';
  me = '';
  connectivity: Connectivity = { phase: 'connecting' };
  conversations: Conversation[] = [];
  active: Conversation | null = null;

  private client: PushClient | null = null;
  private token = '';

  get title(): string {
    const unread = this.conversations.reduce((sum, { unread }) => sum + unread, 0);
    const where = this.entering ? 'Chat' : `${this.active?.name ?? this.me} · Chat`;
    return unread > 0 ? `(${unread}) ${where}` : where;
  }

  /** Enters by itself where the tab or the address says who and where. */
  resume(): void {
    const { user, token, rooms, active, complete } = recall();
    this.me = user;
    this.token = token;
    if (complete) void this.enter(user, rooms, active);
  }

  async enter(user: string, rooms: string[], active = ''): Promise<void> {
    const trouble = (this.token ? '' : nameTrouble('your name', user)) || nameTrouble('a room', rooms[0] ?? '');
    if (trouble) return this.refuse(trouble);
    this.me = user;
    let url: string;
    try {
      url = await nodeUrl();
    } catch (error) {
      return this.refuse((error as Error).message);
    }
    this.entering = false;
    this.entryTrouble = '';
    this.client = this.clientFor(url);
    this.conversations = rooms.map((name) => new Conversation('room', name));
    this.select(this.conversations.find(({ key }) => key === active) ?? this.conversations[0] ?? null);
    await this.connect();
  }

  /** After a final disconnect: once more from the start. */
  async connect(): Promise<void> {
    const client = this.client!;
    this.show({ phase: 'connecting' });
    const connected = client.connect();
    const rooms = this.conversations.filter(({ kind }) => kind === 'room');
    try {
      await connected;
    } catch (error) {
      if (this.client === client && !rooms.some(({ items }) => items.length > 0)) {
        this.leaveAll();
        this.refuse(explain(error));
      }
      return;
    }
    await Promise.all(rooms.map((conversation) => this.openRoom(conversation)));
  }

  reconnectNow(): void {
    this.client?.reconnectNow();
  }

  /** Back to the first page. */
  signOut(): void {
    this.leaveAll();
    this.me = '';
    forget();
    this.onChange();
  }

  select(conversation: Conversation | null): void {
    this.active = conversation;
    if (conversation) conversation.unread = 0;
    this.keep();
  }

  /** Enters a room, or shows it where one is in it; returns what is wrong with its name. */
  join(name: string): string {
    const trouble = nameTrouble('a room', name);
    if (trouble) return trouble;
    const conversation = this.find('room', name) ?? this.open('room', name);
    this.select(conversation);
    if (!conversation.room) void this.openRoom(conversation);
    return '';
  }

  talkTo(user: string): void {
    if (user !== this.me) this.select(this.find('direct', user) ?? this.open('direct', user));
  }

  leave(conversation: Conversation): void {
    conversation.room?.leave().catch((error: unknown) => this.tellActive(explain(error)));
    const at = this.conversations.indexOf(conversation);
    this.conversations = this.conversations.filter((other) => other !== conversation);
    if (this.active === conversation) this.select(this.conversations[Math.min(at, this.conversations.length - 1)] ?? null);
    this.keep();
  }

  /** Sends what was typed, or once more what failed. */
  async say(conversation: Conversation, text: string, failed?: MessageItem): Promise<void> {
    const body: MessageBody = { text, id: failed?.id ?? newId(), at: Date.now() };
    conversation.add({ kind: 'message', ...body, user: this.me, own: true, state: 'sending' });
    this.onChange();
    try {
      if (conversation.kind === 'direct') {
        await this.client!.direct(conversation.name, body);
        conversation.update(body.id, { state: 'sent' });
      } else {
        // The room sends it back to us, with its place among the others: that is what ends "sending".
        if (!conversation.room) throw new PushError(ErrorCode.notAMember, 'not in the room');
        await conversation.room.publish(body);
      }
    } catch (error) {
      conversation.update(body.id, { state: 'failed', trouble: explain(error, conversation.name) });
    }
    this.onChange();
  }

  async openRoom(conversation: Conversation): Promise<void> {
    conversation.state = 'joining';
    conversation.trouble = '';
    this.onChange();
    try {
      const { last, items } = conversation;
      const room = await this.client!.join(conversation.name, this.handlersOf(conversation));
      if (!this.conversations.includes(conversation)) return void room.leave();
      conversation.room = room;
      conversation.state = 'open';
      this.onChange();
      await this.showHistory(conversation, room, items.length, last);
    } catch (error) {
      conversation.state = 'ended';
      conversation.trouble = explain(error);
    }
    this.onChange();
  }

  private handlersOf(conversation: Conversation): RoomHandlers {
    return {
      onMessage: (message) => {
        if (conversation.receive(message, this.me)) this.noteUnread(conversation, message.user);
      },
      onJoined: (user) => this.lineIn(conversation, `${user} is here`),
      onLeft: (user) => this.lineIn(conversation, `${user} left`),
      onGap: (gap) => {
        conversation.gap(gap);
        this.onChange();
      },
      onEnded: (error) => {
        conversation.room = null;
        conversation.state = 'ended';
        conversation.trouble = explain(error);
        this.onChange();
      },
    };
  }

  /** Shows what was said up to now: all that is recent, or all since the last message from an earlier stay. */
  private async showHistory(
    conversation: Conversation,
    room: Room,
    place: number,
    shown: Conversation['last'],
  ): Promise<void> {
    try {
      const after = Math.max(0, room.offset - historyOnEntry, shown.epoch === room.epoch ? shown.offset : 0);
      conversation.insert(place, await room.history({ after, limit: historyOnEntry }), this.me);
    } catch (error) {
      conversation.line(`What was said before cannot be shown: ${explain(error)}`, 'warning');
    }
  }

  private clientFor(url: string): PushClient {
    const who = this.token ? { token: this.token } : { user: this.me };
    const client = new PushClient(url, { ...who, requestTimeoutMs: 15_000 });
    client.on('connected', ({ user }) => {
      this.me = user;
      this.show({ phase: 'online' });
    });
    client.on('reconnecting', ({ delayMs }) => this.show({ phase: 'waiting', until: performance.now() + delayMs }));
    client.on('disconnected', ({ code, reason, willReconnect }) => {
      if (willReconnect || this.client !== client) return;
      this.show({ phase: 'ended', why: explain(new PushError(code, reason || 'The server ended the connection')) });
    });
    client.on('direct', ({ user, data }) => {
      const conversation = this.find('direct', user) ?? this.open('direct', user);
      const { text, at } = readBody(data);
      conversation.add({ kind: 'message', id: newId(), user, text, at, own: false, state: 'sent' });
      this.noteUnread(conversation, user);
    });
    client.on('error', (error) => this.tellActive(explain(error)));
    return client;
  }

  private noteUnread(conversation: Conversation, user: string): void {
    const seen = conversation === this.active && document.visibilityState === 'visible';
    if (!seen && user !== this.me) conversation.unread++;
    this.onChange();
  }

  /** The page is looked at again. */
  seen(): void {
    if (this.active) this.active.unread = 0;
    this.onChange();
  }

  private find(kind: Conversation['kind'], name: string): Conversation | undefined {
    return this.conversations.find((conversation) => conversation.kind === kind && conversation.name === name);
  }

  private open(kind: Conversation['kind'], name: string): Conversation {
    const conversation = new Conversation(kind, name);
    if (kind === 'direct') conversation.state = 'open';
    this.conversations = [...this.conversations, conversation];
    return conversation;
  }

  private lineIn(conversation: Conversation, text: string): void {
    conversation.line(text);
    this.onChange();
  }

  private tellActive(text: string): void {
    this.active?.line(text, 'warning');
    this.onChange();
  }

  private show(connectivity: Connectivity): void {
    this.connectivity = connectivity;
    this.onChange();
  }

  private refuse(trouble: string): void {
    this.entering = true;
    this.entryTrouble = trouble;
    this.onChange();
  }

  private leaveAll(): void {
    const client = this.client;
    this.client = null;
    client?.close();
    this.conversations = [];
    this.active = null;
    this.entering = true;
  }

  private keep(): void {
    const rooms = this.conversations.filter(({ kind }) => kind === 'room').map(({ name }) => name);
    remember({ user: this.me, rooms, active: this.active?.key ?? '' });
    this.onChange();
  }
}
