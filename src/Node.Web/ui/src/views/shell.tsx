import { useState } from 'preact/hooks';
import type { ChatModel } from '../chat-model';
import { ConnectionBanner } from './connection';
import { ConversationView } from './conversation-view';
import { useFocusInside, useMedia, useWindowEvent } from './hooks';
import { Icon } from './icons';
import { People } from './people';
import { Sidebar } from './sidebar';

export type Drawer = 'none' | 'menu' | 'people';

/** The three columns; on a narrow screen the outer two are drawers. */
export function Shell({ model }: { model: ChatModel }) {
  const [drawer, setDrawer] = useState<Drawer>('none');
  const narrow = useMedia('(max-width: 760px)');
  const medium = useMedia('(max-width: 1040px)');
  const active = model.active;
  const room = active?.kind === 'room' ? active : null;
  const close = (): void => setDrawer('none');
  const modal = (drawer === 'menu' && narrow) || (drawer === 'people' && medium && room !== null);
  useFocusInside(modal ? '.open.drawer' : null);

  useWindowEvent('keydown', (event) => {
    if (event.key === 'Escape') close();
    if (event.altKey && (event.key === 'ArrowUp' || event.key === 'ArrowDown')) {
      event.preventDefault();
      step(model, event.key === 'ArrowUp' ? -1 : 1);
    }
  });
  useWindowEvent('focus', () => model.seen());

  return (
    <div class={`shell ${room ? 'with-people' : ''}`}>
      <Sidebar model={model} hidden={narrow && drawer !== 'menu'} drawer={narrow} onChoose={close} />
      <main class="conversation" inert={modal}>
        <ConnectionBanner model={model} />
        {active ? (
          <ConversationView key={active.key} model={model} conversation={active} openDrawer={setDrawer} />
        ) : (
          <NoConversation openMenu={() => setDrawer('menu')} />
        )}
      </main>
      {room && <People model={model} conversation={room} hidden={medium && drawer !== 'people'} drawer={medium} onChoose={close} />}
      {modal && <div class="backdrop" onClick={close} />}
    </div>
  );
}

function NoConversation({ openMenu }: { openMenu: () => void }) {
  return (
    <>
      <header class="bar">
        <button class="icon-button narrow-only" aria-label="Rooms" onClick={openMenu}><Icon name="menu" /></button>
        <h1>Chat</h1>
      </header>
      <div class="empty">
        <p class="empty-title">You are in no room</p>
        <p class="muted">Type the name of a room into “Join a room”; if nobody is there yet, you are the first.</p>
      </div>
    </>
  );
}

function step(model: ChatModel, by: number): void {
  const { conversations, active } = model;
  if (!active || conversations.length < 2) return;
  const at = conversations.indexOf(active) + by + conversations.length;
  model.select(conversations[at % conversations.length]!);
}
