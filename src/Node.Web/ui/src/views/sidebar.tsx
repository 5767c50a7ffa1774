import { useState } from 'preact/hooks';
import type { ChatModel } from '../chat-model';
import type { Conversation } from '../conversation';
import { isDark, setTheme } from '../theme';
import { Avatar } from './avatar';
import { ConnectionPill } from './connection';
import { Icon } from './icons';

interface Props {
  model: ChatModel;
  hidden: boolean;
  /** On a narrow screen it slides over the conversation. */
  drawer: boolean;
  onChoose: () => void;
}

/** Rooms and private conversations, and who one is. */
export function Sidebar({ model, hidden, drawer, onChoose }: Props) {
  const rooms = model.conversations.filter(({ kind }) => kind === 'room');
  const directs = model.conversations.filter(({ kind }) => kind === 'direct');
  return (
    <nav class={`sidebar ${hidden ? '' : 'open'} ${drawer ? 'drawer' : ''}`} aria-label="Conversations" inert={hidden}>
      <header class="brand">
        <img src="/favicon.svg" alt="" width="28" height="28" />
        <span>Chat</span>
        <ConnectionPill model={model} />
      </header>
      <div class="sidebar-lists">
        <h2 id="rooms">Rooms</h2>
        <ul aria-labelledby="rooms">
          {rooms.map((room) => <Entry key={room.key} model={model} conversation={room} onChoose={onChoose} />)}
        </ul>
        <JoinForm model={model} onChoose={onChoose} />
        <h2 id="directs">Private</h2>
        {directs.length === 0 && <p class="hint">Click a name in a room to write to one person.</p>}
        <ul aria-labelledby="directs">
          {directs.map((direct) => <Entry key={direct.key} model={model} conversation={direct} onChoose={onChoose} />)}
        </ul>
      </div>
      <Me model={model} />
    </nav>
  );
}

function Entry({ model, conversation, onChoose }: { model: ChatModel; conversation: Conversation; onChoose: () => void }) {
  const { name, kind, unread } = conversation;
  const current = model.active === conversation;
  const choose = (): void => {
    model.select(conversation);
    onChoose();
  };
  return (
    <li>
      <button class={unread > 0 ? 'entry-row unread' : 'entry-row'} aria-current={current ? 'page' : undefined} onClick={choose}
        aria-label={unread > 0 ? `${name}, ${unread} unread` : name}>
        {kind === 'room' ? <span class="hash" aria-hidden="true">#</span> : <Avatar name={name} />}
        <span class="entry-name">{name}</span>
        {unread > 0 && <span class="badge">{unread > 99 ? '99+' : unread}</span>}
      </button>
    </li>
  );
}

function JoinForm({ model, onChoose }: { model: ChatModel; onChoose: () => void }) {
  const [name, setName] = useState('');
  const [trouble, setTrouble] = useState('');
  const submit = (event: Event): void => {
    event.preventDefault();
    const wrong = model.join(name.trim());
    setTrouble(wrong);
    if (wrong) return;
    setName('');
    onChoose();
  };
  return (
    <form class="join" onSubmit={submit}>
      <input value={name} onInput={(e) => setName(e.currentTarget.value)} maxLength={128} placeholder="Join a room" aria-label="Join a room"
        autoComplete="off" />
      <button class="icon-button" aria-label="Join"><Icon name="plus" /></button>
      <p class="trouble" role="alert">{trouble}</p>
    </form>
  );
}

function Me({ model }: { model: ChatModel }) {
  const dark = isDark();
  const toggle = (): void => {
    setTheme(dark ? 'light' : 'dark');
    model.onChange();
  };
  return (
    <footer class="me">
      <Avatar name={model.me} />
      <span class="entry-name" title={model.me}>{model.me}</span>
      <button class="icon-button" onClick={toggle} aria-label={dark ? 'Light colours' : 'Dark colours'}>
        <Icon name={dark ? 'sun' : 'moon'} />
      </button>
      <button class="icon-button" onClick={() => model.signOut()} aria-label="Sign out"><Icon name="leave" /></button>
    </footer>
  );
}
