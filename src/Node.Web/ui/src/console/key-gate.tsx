import { useState } from 'preact/hooks';
import { ApiError, messageOf, type Api } from './api';

/** Asks for the API key, and tries it before it lets anybody through. */
export function KeyGate({ api, onOpen }: { api: Api; onOpen: () => void }) {
  const [key, setKey] = useState('');
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState(() => (api.hasKey ? 'The key that this tab had does not open the API any more.' : ''));

  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (key.trim() === '') {
      setTrouble('Please type or paste the key.');
      return;
    }
    setBusy(true);
    api.useKey(key.trim());
    try {
      await api.get('/api/stats');
      onOpen();
    } catch (error) {
      // Only a refusal speaks against the key; whatever else is wrong, the pages will say.
      if (error instanceof ApiError && error.status !== 401 && error.status !== 0) {
        onOpen();
        return;
      }
      api.useKey('');
      setTrouble(error instanceof ApiError && error.status === 401 ? 'This key does not open the API.' : messageOf(error));
    }
    setBusy(false);
  };

  return (
    <main class="entry">
      <form class="entry-card" onSubmit={submit} noValidate>
        <img src="/favicon.svg" alt="" width="52" height="52" />
        <h1>The console needs a key</h1>
        <p class="muted">The one that this server’s API asks for (WEB_API_KEY), or a token. It stays in this tab until you close it.</p>
        <label>
          <span>API key</span>
          <input type="password" name="key" value={key} onInput={(e) => setKey(e.currentTarget.value)} autoComplete="off" autoFocus
            spellcheck={false} aria-describedby="key-trouble" />
        </label>
        <p id="key-trouble" class="trouble" role="alert">{trouble}</p>
        <button class="primary" disabled={busy}>{busy ? 'Trying…' : 'Open'}</button>
      </form>
    </main>
  );
}
