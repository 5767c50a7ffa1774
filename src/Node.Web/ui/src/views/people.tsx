import type { ChatModel } from '../chat-model';
import type { Conversation } from '../conversation';
import { Avatar } from './avatar';
import { Icon } from './icons';

interface Props {
  model: ChatModel;
  conversation: Conversation;
  hidden: boolean;
  /** Where there is no room for a third column it slides over the conversation. */
  drawer: boolean;
  onChoose: () => void;
}

/** Who is in the room; a click on a name opens a private conversation. */
export function People({ model, conversation, hidden, drawer, onChoose }: Props) {
  const { room } = conversation;
  const others = [...(room?.members ?? [])].filter((user) => user !== model.me).sort((a, b) => a.localeCompare(b));
  const count = room?.count ?? 0;
  const unnamed = room ? count - room.members.size : 0;
  const talkTo = (user: string): void => {
    model.talkTo(user);
    onChoose();
  };
  return (
    <aside class={`people ${hidden ? '' : 'open'} ${drawer ? 'drawer' : ''}`} aria-label="People here" inert={hidden}>
      <header>
        <h2>People here <span class="count">{count}</span></h2>
        <button class="icon-button drawer-only" aria-label="Close" onClick={onChoose}><Icon name="close" /></button>
      </header>
      <ul>
        {room && (
          <li class="person">
            <Avatar name={model.me} />
            <span class="entry-name">{model.me}</span>
            <span class="muted">you</span>
          </li>
        )}
        {others.map((user) => (
          <li key={user}>
            <button class="person" onClick={() => talkTo(user)} title={`Write to ${user}`} aria-label={`Write to ${user}`}>
              <Avatar name={user} />
              <span class="entry-name">{user}</span>
            </button>
          </li>
        ))}
      </ul>
      {unnamed > 0 && <p class="hint">and {unnamed} more</p>}
      {room && others.length === 0 && <p class="hint">Nobody else yet. Share the address of this page with a friend.</p>}
    </aside>
  );
}
