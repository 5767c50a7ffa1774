/** What this page puts into `data`. The time is the sender's: recovered messages keep the time they were written. */
export interface MessageBody {
  text: string;
  id: string;
  at: number;
}

/** Reads anybody's `data`: another client's string or JSON is shown as it is. */
export function readBody(data: unknown): MessageBody {
  const now = Date.now();
  if (typeof data === 'string') return { text: data, id: '', at: now };
  if (typeof data !== 'object' || data === null) return { text: String(data), id: '', at: now };
  if (data instanceof Uint8Array) return { text: `(${data.length} bytes)`, id: '', at: now };
  const { text, id, at } = data as Partial<Record<keyof MessageBody, unknown>>;
  return {
    text: typeof text === 'string' ? text : JSON.stringify(data),
    id: typeof id === 'string' ? id.slice(0, 64) : '',
    // A clock that runs ahead must not write into the future.
    at: typeof at === 'number' && at > 0 ? Math.min(at, now) : now,
  };
}
