const storageKey = 'api-key';

/** An answer that is none: what the API says is wrong, in words for a person. Status 0: nobody answered. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly fields: { field: string; detail: string }[] = [],
  ) {
    super(message);
  }
}

/** The HTTP API, with the key that this tab was given. */
export class Api {
  /** The API asks for a key, or for another one. */
  onRefused: () => void = () => {};
  private key = load();

  get hasKey(): boolean {
    return this.key !== '';
  }

  /** Kept for this tab alone, and only until it is closed. */
  useKey(key: string): void {
    this.key = key;
    try {
      if (key) sessionStorage.setItem(storageKey, key);
      else sessionStorage.removeItem(storageKey);
    } catch {
      // Storage may be forbidden; then the key holds until the next reload.
    }
  }

  get<T>(path: string, signal?: AbortSignal): Promise<T> {
    return this.call<T>('GET', path, undefined, signal);
  }

  post<T>(path: string, body: unknown): Promise<T> {
    return this.call<T>('POST', path, JSON.stringify(body));
  }

  private async call<T>(method: string, path: string, body?: string, signal?: AbortSignal): Promise<T> {
    const headers: Record<string, string> = {};
    if (this.key) headers['Authorization'] = `Bearer ${this.key}`;
    if (body !== undefined) headers['Content-Type'] = 'application/json';
    let response: Response;
    try {
      response = await fetch(path, { method, headers, cache: 'no-store', body: body ?? null, signal: signal ?? null });
    } catch (error) {
      if (signal?.aborted) throw error;
      throw new ApiError(0, 'The web server does not answer.');
    }
    const answer = (await response.json().catch(() => ({}))) as { detail?: string; errors?: ApiError['fields'] };
    if (response.ok) return answer as T;
    if (response.status === 401) this.onRefused();
    throw new ApiError(response.status, answer.detail ?? `HTTP ${response.status}`, answer.errors);
  }
}

/** A name as a part of a path. */
export const pathName = (name: string): string => encodeURIComponent(name);

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function load(): string {
  try {
    return sessionStorage.getItem(storageKey) ?? '';
  } catch {
    return '';
  }
}
