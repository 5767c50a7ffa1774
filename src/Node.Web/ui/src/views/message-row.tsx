import type { ChatModel } from '../chat-model';
import { fullTimeOf, timeOf } from '../clock';
import { hueOf } from '../colour';
import type { Conversation, MessageItem } from '../conversation';
import { Avatar } from './avatar';

interface Props {
  model: ChatModel;
  conversation: Conversation;
  message: MessageItem;
  /** Follows one of the same person: no head of its own. */
  grouped: boolean;
}

/** One message. Its text is a text node, never markup: what people write cannot become part of the page. */
export function MessageRow({ model, conversation, message, grouped }: Props) {
  const { user, text, at, own, state } = message;
  return (
    <article class={`message ${own ? 'own' : ''} ${grouped ? 'grouped' : ''} ${state}`} style={{ '--hue': String(hueOf(user)) }}>
      {!own && <Avatar name={user} />}
      <div class="message-body">
        <header class={grouped ? 'visually-hidden' : ''}>
          <span class="author">{own ? 'You' : user}</span>
          <time dateTime={new Date(at).toISOString()} title={fullTimeOf(at)}>{timeOf(at)}</time>
        </header>
        <p class="bubble" title={fullTimeOf(at)}>{text}</p>
        {state === 'sending' && <p class="note">Sending…</p>}
        {state === 'failed' && (
          <p class="note bad" role="alert">
            {message.trouble} <button onClick={() => void model.say(conversation, text, message)}>Try again</button>
          </p>
        )}
      </div>
    </article>
  );
}
