import type { ComponentChildren } from 'preact';
import type { ApiError } from './api';

const numbers = new Intl.NumberFormat('en');
const moment = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });

export const count = (value: number): string => numbers.format(value);

/** “3 rooms”, “1 room”. */
export const plural = (value: number, one: string, several = `${one}s`): string => `${count(value)} ${value === 1 ? one : several}`;

/** How long ago, in the largest unit that says something. */
export function Since({ ms }: { ms: number | undefined }) {
  if (ms === undefined) return <span class="muted">–</span>;
  const seconds = Math.max(0, Math.round((Date.now() - ms) / 1000));
  const text = seconds < 90 ? `${seconds} s`
    : seconds < 5400 ? `${Math.round(seconds / 60)} min`
    : seconds < 129_600 ? `${Math.round(seconds / 3600)} h`
    : `${Math.round(seconds / 86_400)} d`;
  return <time dateTime={new Date(ms).toISOString()} title={moment.format(ms)}>{text}</time>;
}

const tones: Record<string, string> = {
  ready: 'good', ok: 'good', starting: 'warn', draining: 'warn', behind: 'warn', lost: 'bad', away: 'bad',
};

export function State({ state }: { state: string }) {
  return <span class={`state ${tones[state] ?? 'warn'}`}><span class="dot" aria-hidden="true" />{state}</span>;
}

export function Head({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <header class="head">
      <h1>{title}</h1>
      {children}
    </header>
  );
}

/** Says that what is shown may be old, and why. */
export function Trouble({ error }: { error: ApiError | null }) {
  if (!error || error.status === 401) return null;
  return (
    <p class="banner bad" role="alert">
      {error.message} {error.status === 0 || error.status >= 500 ? 'Trying again…' : ''}
    </p>
  );
}

export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <p class="empty-title">{title}</p>
      {children && <p class="muted">{children}</p>}
    </div>
  );
}

/** The shape of the last minutes; the number beside it says the rest. */
export function Trend({ values }: { values: number[] }) {
  if (values.length < 2) return <svg class="trend" aria-hidden="true" />;
  const most = Math.max(...values, 1) * 1.3;
  const points = values.map((value, at) => `${((at / (values.length - 1)) * 100).toFixed(1)},${(26 - (value / most) * 24).toFixed(1)}`);
  return (
    <svg class="trend" viewBox="0 0 100 28" preserveAspectRatio="none" aria-hidden="true">
      <polygon points={`0,28 ${points.join(' ')} 100,28`} />
      <polyline points={points.join(' ')} />
    </svg>
  );
}
