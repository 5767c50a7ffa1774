import { useState } from 'preact/hooks';
import type { ChatModel } from '../chat-model';
import { recall } from '../tab-memory';

/** The first page: a name, a room. */
export function Entry({ model }: { model: ChatModel }) {
  const [busy, setBusy] = useState(false);
  const [name, setName] = useState(() => recall().user);
  const [room, setRoom] = useState(() => recall().rooms[0] ?? 'lobby');

  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    await model.enter(name.trim(), [room.trim()]);
    setBusy(false);
  };

  return (
    <main class="entry">
      <form class="entry-card" onSubmit={submit} noValidate>
        <img src="/favicon.svg" alt="" width="52" height="52" />
        <h1>Come in and chat</h1>
        <p class="muted">Pick any name and a room. Whoever enters the same room is there with you.</p>
        <label>
          <span>Your name</span>
          <input name="user" value={name} onInput={(e) => setName(e.currentTarget.value)} maxLength={128} autoComplete="nickname"
            autoFocus required placeholder="alice" aria-describedby="entry-trouble" />
        </label>
        <label>
          <span>Room</span>
          <input name="room" value={room} onInput={(e) => setRoom(e.currentTarget.value)} maxLength={128} autoComplete="off"
            required placeholder="lobby" aria-describedby="entry-trouble" />
        </label>
        <p id="entry-trouble" class="trouble" role="alert">{model.entryTrouble}</p>
        <button class="primary" disabled={busy}>{busy ? 'Entering…' : 'Enter'}</button>
      </form>
    </main>
  );
}
