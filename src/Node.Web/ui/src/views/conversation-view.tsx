import type { ChatModel } from '../chat-model';
import type { Conversation } from '../conversation';
import { Composer } from './composer';
import { Icon } from './icons';
import type { Drawer } from './shell';
import { Timeline } from './timeline';

interface Props {
  model: ChatModel;
  conversation: Conversation;
  openDrawer: (drawer: Drawer) => void;
}

export function ConversationView({ model, conversation, openDrawer }: Props) {
  const { kind, name, state, trouble } = conversation;
  const isRoom = kind === 'room';
  return (
    <>
      <header class="bar">
        <button class="icon-button narrow-only" aria-label="Rooms" onClick={() => openDrawer('menu')}><Icon name="menu" /></button>
        <div class="bar-title">
          <h1>{isRoom && <span class="hash">#</span>}{name}</h1>
          <p class="muted">{subtitle(conversation)}</p>
        </div>
        {isRoom && (
          <button class="icon-button medium-only" aria-label="People here" onClick={() => openDrawer('people')}>
            <Icon name="people" />
          </button>
        )}
        <button class="quiet" onClick={() => model.leave(conversation)} aria-label={isRoom ? `Leave ${name}` : `Close ${name}`}>
          <Icon name={isRoom ? 'leave' : 'close'} />
          <span class="wide-only">{isRoom ? 'Leave' : 'Close'}</span>
        </button>
      </header>
      {state === 'ended' && model.connectivity.phase !== 'ended' && (
        <div class="banner bad" role="alert">
          <span>{trouble}</span>
          <button onClick={() => void model.openRoom(conversation)}>Join again</button>
        </div>
      )}
      <Timeline model={model} conversation={conversation} />
      <Composer model={model} conversation={conversation} />
    </>
  );
}

function subtitle({ kind, name, state, room }: Conversation): string {
  if (kind === 'direct') return `Only you and ${name} see this`;
  if (state === 'joining') return 'Joining…';
  if (!room) return 'You are not in this room';
  return room.count === 1 ? 'Only you are here' : `${room.count} people are here`;
}
