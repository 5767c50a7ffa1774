import { Fragment } from 'preact';
import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { ChatModel } from '../chat-model';
import { dayOf, sameDay } from '../clock';
import type { Conversation, Item } from '../conversation';
import { Icon } from './icons';
import { MessageRow } from './message-row';

/** Messages of one person this close together (milliseconds) share one head. */
const groupWithinMs = 3 * 60_000;

/** Pixels from the end within which one counts as reading the newest. */
const nearEnd = 80;

export function Timeline({ model, conversation }: { model: ChatModel; conversation: Conversation }) {
  const list = useRef<HTMLDivElement>(null);
  const following = useRef(true);
  const [away, setAway] = useState(false);
  const { items } = conversation;

  // The same rows while the items are the same: typing and countdowns redraw the page, not five hundred messages.
  const rows = useMemo(() => items.map((item, at) => row(model, conversation, item, items[at - 1])), [items]);
  const toEnd = (): void => {
    list.current!.scrollTop = list.current!.scrollHeight;
  };
  useLayoutEffect(() => {
    const last = items.at(-1);
    const justSent = last?.kind === 'message' && last.state === 'sending';
    if (following.current || justSent) toEnd();
  }, [items]);
  const onScroll = (): void => {
    const { scrollTop, scrollHeight, clientHeight } = list.current!;
    following.current = scrollHeight - scrollTop - clientHeight < nearEnd;
    setAway(!following.current);
  };

  return (
    <div class="timeline-frame">
      {/* tabIndex: what scrolls must be reachable by keyboard. */}
      <div class="timeline" ref={list} onScroll={onScroll} role="log" aria-label={`Messages in ${conversation.name}`} tabIndex={0}>
        {items.length === 0 ? <Empty conversation={conversation} /> : rows}
      </div>
      {away && <button class="to-end" onClick={toEnd}><Icon name="down" />Newest messages</button>}
    </div>
  );
}

function row(model: ChatModel, conversation: Conversation, item: Item, before: Item | undefined) {
  if (item.kind === 'line') return <p key={item.id} class={`line ${item.tone}`}>{item.text}</p>;
  const previous = before?.kind === 'message' ? before : undefined;
  const newDay = !sameDay(item.at, previous?.at ?? Date.now());
  const grouped = !newDay && previous?.user === item.user && item.at - previous.at < groupWithinMs;
  return (
    <Fragment key={item.id}>
      {newDay && <p class="line day">{dayOf(item.at)}</p>}
      <MessageRow model={model} conversation={conversation} message={item} grouped={grouped} />
    </Fragment>
  );
}

function Empty({ conversation: { kind, name, state } }: { conversation: Conversation }) {
  if (kind === 'direct') {
    return <div class="empty"><p class="empty-title">Say hello to {name}</p><p class="muted">Only the two of you see what is written here.</p></div>;
  }
  if (state === 'joining') return <div class="empty"><p class="muted">Joining #{name}…</p></div>;
  return (
    <div class="empty">
      <p class="empty-title">Nothing was said in #{name} yet</p>
      <p class="muted">Write the first message, or open this page in a second window under another name.</p>
    </div>
  );
}
