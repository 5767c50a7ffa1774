import { useEffect, useState } from 'preact/hooks';
import { ApiError, messageOf, type Api } from './api';
import { Head } from './parts';
import { bodyOf, emptyDraft, fieldTrouble, pathOf, targets, type Draft, type Target } from './push-draft';
import { PushResults, type Pushed } from './push-result';
import type { PushResult } from './types';

const kept = 20;

/** Sends one message, and shows what became of it. */
export function Push({ api, query }: { api: Api; query: URLSearchParams }) {
  const [draft, setDraft] = useState<Draft>(() => draftFrom(query));
  const [troubles, setTroubles] = useState<Record<string, string>>({});
  const [trouble, setTrouble] = useState('');
  const [busy, setBusy] = useState(false);
  const [results, setResults] = useState<Pushed[]>([]);
  const asked = query.toString();
  useEffect(() => setDraft((before) => ({ ...before, ...targetIn(query) })), [asked]);
  const set = (change: Partial<Draft>): void => setDraft({ ...draft, ...change });

  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    const wrong = fieldTrouble(draft);
    setTroubles(wrong);
    setTrouble('');
    if (Object.keys(wrong).length > 0) return;
    setBusy(true);
    const [path, body] = [pathOf(draft), bodyOf(draft)];
    try {
      const result = await api.post<PushResult>(path, body);
      setResults([{ at: Date.now(), path, body, target: draft.target, name: draft.name.trim(), result }, ...results].slice(0, kept));
    } catch (error) {
      setTrouble(messageOf(error));
      if (error instanceof ApiError) setTroubles(Object.fromEntries(error.fields.map(({ field, detail }) => [field, detail])));
    }
    setBusy(false);
  };

  return (
    <>
      <Head title="Push" />
      <div class="push">
        <form class="card push-form" onSubmit={submit} noValidate aria-label="Push">
          <TargetChoice draft={draft} set={set} trouble={troubles['name'] ?? troubles[draft.target]} />
          <DataField draft={draft} set={set} trouble={troubles['data']} />
          <details class="options">
            <summary>Options</summary>
            <Field label="Sender" hint="Whom clients see as the sender; empty: the application." value={draft.sender} trouble={troubles['user']}
              onInput={(sender) => set({ sender })} />
            {draft.target !== 'room' && (
              <Field label="Message ID" hint="Which handler of the client gets it; empty: direct or broadcast." value={draft.messageId}
                trouble={troubles['message_id']} onInput={(messageId) => set({ messageId })} />
            )}
            <Field label="Idempotency key" hint="A second push with the same key does nothing for some minutes." value={draft.key}
              trouble={troubles['idempotency_key']} onInput={(key) => set({ key })} />
          </details>
          <p class="trouble" role="alert">{trouble}</p>
          <button class="primary" disabled={busy}>{busy ? 'Pushing…' : 'Push'}</button>
        </form>
        <PushResults results={results} />
      </div>
    </>
  );
}

interface Editor {
  draft: Draft;
  set: (change: Partial<Draft>) => void;
  trouble: string | undefined;
}

function TargetChoice({ draft, set, trouble }: Editor) {
  return (
    <>
      <div class="field">
        <span id="push-to">To</span>
        <div class="segments" role="radiogroup" aria-labelledby="push-to">
          {Object.entries(targets).map(([target, text]) => (
            <label key={target}>
              <input type="radio" name="target" checked={draft.target === target} onChange={() => set({ target: target as Target })} />
              <span>{text}</span>
            </label>
          ))}
        </div>
      </div>
      {draft.target !== 'everybody' && (
        <Field label={draft.target === 'user' ? 'User' : 'Room'} value={draft.name} trouble={trouble} onInput={(name) => set({ name })}
          placeholder={draft.target === 'user' ? 'alice' : 'lobby'} />
      )}
    </>
  );
}

function DataField({ draft, set, trouble }: Editor) {
  return (
    <label class="field">
      <span class="field-head">
        Data
        <select aria-label="Kind of data" value={draft.kind} onChange={(e) => set({ kind: e.currentTarget.value as Draft['kind'] })}>
          <option value="text">Text</option>
          <option value="json">JSON</option>
        </select>
      </span>
      <textarea rows={draft.kind === 'json' ? 7 : 3} class={draft.kind === 'json' ? 'code' : ''} value={draft.data} aria-label="Data"
        aria-describedby="data-trouble" spellcheck={draft.kind === 'text'} placeholder={draft.kind === 'json' ? '{"order": 17}' : 'Hello'}
        onInput={(e) => set({ data: e.currentTarget.value })} />
      <span id="data-trouble" class="trouble" role="alert">{trouble}</span>
    </label>
  );
}

interface FieldProps {
  label: string;
  value: string;
  trouble: string | undefined;
  onInput: (value: string) => void;
  hint?: string;
  placeholder?: string;
}

function Field({ label, value, trouble, onInput, hint, placeholder }: FieldProps) {
  return (
    <label class="field">
      <span>{label}</span>
      <input value={value} onInput={(e) => onInput(e.currentTarget.value)} maxLength={128} placeholder={placeholder ?? ''} autoComplete="off"
        spellcheck={false} aria-invalid={trouble ? true : undefined} />
      {hint && <small>{hint}</small>}
      {trouble && <small class="trouble" role="alert">{trouble}</small>}
    </label>
  );
}

function draftFrom(query: URLSearchParams): Draft {
  return { ...emptyDraft, ...targetIn(query) };
}

/** Other pages link here with whom it is about. */
function targetIn(query: URLSearchParams): Partial<Draft> {
  const [room, user] = [query.get('room'), query.get('user')];
  if (room !== null) return { target: 'room', name: room };
  return user !== null ? { target: 'user', name: user } : {};
}
