import { useEffect, useRef } from 'preact/hooks';
import type { ChatModel } from '../chat-model';
import type { Conversation } from '../conversation';
import { Icon } from './icons';

/** Below the server's 64 KiB a message, with room for what is around the text. */
const maxLength = 8000;

/** Where one types: Enter sends, Shift+Enter makes a new line. */
export function Composer({ model, conversation }: { model: ChatModel; conversation: Conversation }) {
  const box = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    // On a phone the focus would raise the keyboard over what one came to read.
    if (matchMedia('(hover: hover)').matches) box.current?.focus();
  }, [conversation]);

  const resize = (): void => {
    const element = box.current!;
    element.style.height = 'auto';
    element.style.height = `${Math.min(element.scrollHeight, 160)}px`;
  };
  const send = (): void => {
    const text = conversation.draft.trim();
    if (text === '') return;
    conversation.draft = '';
    box.current!.value = '';
    resize();
    box.current!.focus();
    void model.say(conversation, text);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    // `isComposing`: there Enter chooses a word in an input method.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    send();
  };
  const onSubmit = (event: Event): void => {
    event.preventDefault();
    send();
  };

  const whom = conversation.kind === 'room' ? `#${conversation.name}` : conversation.name;
  return (
    <form class="composer" onSubmit={onSubmit}>
      <textarea ref={box} rows={1} maxLength={maxLength} aria-label="Message" placeholder={`Message ${whom}`} defaultValue={conversation.draft}
        onKeyDown={onKeyDown} onInput={(e) => { conversation.draft = e.currentTarget.value; resize(); }} />
      <button class="primary send" aria-label="Send"><Icon name="send" /></button>
    </form>
  );
}
