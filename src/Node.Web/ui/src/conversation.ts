import type { Gap, Room, RoomMessage } from '@node-push/client';
import { readBody } from './message-body';

export interface MessageItem {
  kind: 'message';
  /** The sender's own number for it: how a message on its way out is recognised when it comes back. */
  id: string;
  user: string;
  text: string;
  at: number;
  own: boolean;
  state: 'sending' | 'sent' | 'failed';
  /** Why it failed, and what to do next. */
  trouble?: string;
}

/** Something that happened, told between the messages. */
export interface LineItem {
  kind: 'line';
  id: string;
  text: string;
  tone: 'quiet' | 'warning';
}

export type Item = MessageItem | LineItem;

/** Items kept a conversation: the page stays quick when a room talks all day. */
const maxItems = 500;

let lastId = 0;

/** Unique on this page, and unlikely elsewhere; `crypto.randomUUID` is missing on plain http. */
export function newId(): string {
  return `${Date.now().toString(36)}-${Math.random().toString(36).slice(2, 8)}-${++lastId}`;
}

/** A room or a private conversation, as it is shown. */
export class Conversation {
  items: readonly Item[] = [];
  unread = 0;
  draft = '';
  state: 'joining' | 'open' | 'ended' = 'joining';
  room: Room | null = null;
  /** Why the room cannot be entered. */
  trouble = '';
  /** The last message of the room that was shown. */
  last = { epoch: '', offset: 0 };

  constructor(
    readonly kind: 'room' | 'direct',
    readonly name: string,
  ) {}

  /** Tells rooms from people of the same name. */
  get key(): string {
    return `${this.kind}:${this.name}`;
  }

  /** A message from the server; false where it is shown already. */
  receive(message: RoomMessage, me: string): boolean {
    const item = toItem(message, me);
    if (this.isShown(item)) return false;
    this.add(item);
    this.noteLast(message);
    return true;
  }

  /** What was said before we came, at its place: before the first item that came after us. */
  insert(at: number, messages: readonly RoomMessage[], me: string): void {
    const fresh = messages.map((message) => toItem(message, me)).filter((item) => !this.isShown(item));
    this.items = [...this.items.slice(0, at), ...fresh, ...this.items.slice(at)];
    this.noteLast(messages.at(-1));
  }

  /** Adds at the end. One's own message takes the place of the copy that was on its way. */
  add(item: Item): void {
    const others = this.items.filter(({ id }) => id !== item.id);
    this.items = [...others.slice(-maxItems + 1), item];
  }

  line(text: string, tone: LineItem['tone'] = 'quiet'): void {
    const last = this.items.at(-1);
    if (last?.kind === 'line' && last.text === text) return;
    this.add({ kind: 'line', id: newId(), text, tone });
  }

  update(id: string, change: Partial<MessageItem>): void {
    this.items = this.items.map((item) => (item.kind === 'message' && item.id === id ? { ...item, ...change } : item));
  }

  gap({ from, to, why }: Gap): void {
    if (why === 'new-epoch') {
      this.line('The room was started anew while you were away; messages from before may be missing here.', 'warning');
    } else {
      const count = to === undefined ? 0 : to - from + 1;
      const what = count === 1 ? 'One message is missing here: the server no longer has it.'
        : `${count} messages are missing here: the server no longer has them.`;
      this.line(what, 'warning');
    }
  }

  private noteLast(message: RoomMessage | undefined): void {
    if (!message || (message.epoch === this.last.epoch && message.offset < this.last.offset)) return;
    this.last = { epoch: message.epoch, offset: message.offset };
  }

  private isShown({ id }: MessageItem): boolean {
    return this.items.some((item) => item.kind === 'message' && item.id === id && item.state === 'sent');
  }
}

function toItem(message: RoomMessage, me: string): MessageItem {
  const { text, id, at } = readBody(message.data);
  const own = message.user === me;
  const place = `${message.epoch}:${message.offset}`;
  return { kind: 'message', id: own && id ? id : place, user: message.user, text, at, own, state: 'sent' };
}
