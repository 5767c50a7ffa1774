import { useEffect, useState } from 'preact/hooks';

export function useMedia(query: string): boolean {
  const [matches, setMatches] = useState(() => matchMedia(query).matches);
  useEffect(() => {
    const media = matchMedia(query);
    const update = (): void => setMatches(media.matches);
    update();
    media.addEventListener('change', update);
    return () => media.removeEventListener('change', update);
  }, [query]);
  return matches;
}

export function useWindowEvent<K extends keyof WindowEventMap>(name: K, listener: (event: WindowEventMap[K]) => void): void {
  useEffect(() => {
    addEventListener(name, listener);
    return () => removeEventListener(name, listener);
  });
}

/** Whole seconds until a moment of `performance.now()`, redrawn as they pass; 0 when it is over. */
export function useSecondsUntil(moment: number): number {
  const secondsLeft = (): number => Math.max(0, Math.ceil((moment - performance.now()) / 1000));
  const [seconds, setSeconds] = useState(secondsLeft);
  useEffect(() => {
    setSeconds(secondsLeft());
    const timer = setInterval(() => setSeconds(secondsLeft()), 250);
    return () => clearInterval(timer);
  }, [moment]);
  return seconds;
}

/** Moves the focus into what opens over the page, and back when it closes. */
export function useFocusInside(selector: string | null): void {
  useEffect(() => {
    if (!selector) return undefined;
    const before = document.activeElement;
    document.querySelector<HTMLElement>(`${selector} button`)?.focus();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, [selector]);
}
