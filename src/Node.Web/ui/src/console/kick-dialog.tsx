import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { messageOf, type Api } from './api';
import { plural } from './parts';

export interface KickTarget {
  user: string;
  /** Only this connection. */
  client?: string;
}

/** Codes of protocol/codes.md that make sense for an operator. */
const codes = [
  { code: 3502, text: 'stays out (3502 kicked)' },
  { code: 3001, text: 'comes back by itself (3001 drain)' },
];

/** Asks before it ends anything; `onClose` gets what was done, empty when nothing was. */
export function KickDialog({ api, target, onClose }: { api: Api; target: KickTarget; onClose: (said: string) => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [code, setCode] = useState(3502);
  const [reason, setReason] = useState('');
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState('');
  useLayoutEffect(() => dialog.current?.showModal(), []);

  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    try {
      const asked = { ...target, code, ...(reason.trim() && { reason: reason.trim() }) };
      const { connections } = await api.post<{ connections: number }>('/api/kick', asked);
      onClose(connections > 0 ? `${plural(connections, 'connection')} ended.` : 'There was nothing to end any more.');
    } catch (error) {
      setTrouble(messageOf(error));
      setBusy(false);
    }
  };

  return (
    <dialog ref={dialog} class="dialog" onCancel={() => onClose('')} aria-labelledby="kick-title">
      <form onSubmit={submit}>
        <h2 id="kick-title">Kick {target.client ?? target.user}?</h2>
        <p class="muted">{target.client ? 'This connection ends.' : 'Every connection of this user ends.'} The client is told why.</p>
        <label class="field">
          <span>The client then</span>
          <select value={code} onChange={(e) => setCode(Number(e.currentTarget.value))}>
            {codes.map((each) => <option key={each.code} value={each.code}>{each.text}</option>)}
          </select>
        </label>
        <label class="field">
          <span>Reason</span>
          <input value={reason} onInput={(e) => setReason(e.currentTarget.value)} maxLength={100} placeholder="kicked" autoComplete="off" />
        </label>
        <p class="trouble" role="alert">{trouble}</p>
        <footer class="dialog-buttons">
          <button type="button" class="quiet" onClick={() => onClose('')}>Cancel</button>
          <button class="danger solid" disabled={busy}>Kick</button>
        </footer>
      </form>
    </dialog>
  );
}
