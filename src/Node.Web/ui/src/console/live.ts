import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { ApiError } from './api';

export interface Live<T> {
  /** The last answer, also when a later one failed. */
  data: T | null;
  error: ApiError | null;
  reload: () => void;
}

/**
 * Asks again and again while the page is seen: the next question follows the last answer, so that a slow server is not
 * asked twice at once. A new `key` starts anew, and an answer to the old one is nobody's.
 */
export function useLive<T>(key: string, ask: (signal: AbortSignal) => Promise<T>, everyMs: number): Live<T> {
  const [state, setState] = useState<{ key: string; data: T | null; error: ApiError | null }>({ key, data: null, error: null });
  const [round, setRound] = useState(0);
  const latest = useRef(ask);
  latest.current = ask;

  useEffect(() => {
    const abort = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let asking = false;
    const turn = async (): Promise<void> => {
      if (document.hidden || asking) return;
      asking = true;
      clearTimeout(timer);
      try {
        const data = await latest.current(abort.signal);
        if (!abort.signal.aborted) setState({ key, data, error: null });
      } catch (error) {
        if (abort.signal.aborted) return;
        const failed = error instanceof ApiError ? error : new ApiError(0, String(error));
        setState((before) => ({ key, data: before.key === key ? before.data : null, error: failed }));
      } finally {
        asking = false;
      }
      if (!abort.signal.aborted) timer = setTimeout(() => void turn(), everyMs);
    };
    const seen = (): void => void turn();
    void turn();
    document.addEventListener('visibilitychange', seen);
    return () => {
      abort.abort();
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', seen);
    };
  }, [key, everyMs, round]);

  const current = state.key === key;
  const reload = useCallback(() => setRound((before) => before + 1), []);
  return { data: current ? state.data : null, error: current ? state.error : null, reload };
}

/** The value as it was when it last stood still for a while. */
export function useSettled<T>(value: T, ms: number): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), ms);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return settled;
}
