import { useEffect, useRef, useState } from 'preact/hooks';
import { timeOf } from '../clock';
import { Empty, plural } from './parts';
import type { Target } from './push-draft';
import type { PushResult } from './types';

/** A push that was answered. */
export interface Pushed {
  at: number;
  path: string;
  body: unknown;
  target: Target;
  name: string;
  result: PushResult;
}

export function PushResults({ results }: { results: Pushed[] }) {
  const section = useRef<HTMLElement>(null);
  useEffect(() => {
    // On a phone it is below the form.
    if (results.length > 0) section.current?.firstElementChild?.scrollIntoView({ block: 'nearest' });
  }, [results]);
  return (
    <section ref={section} class="results" aria-label="Results" aria-live="polite">
      {results.length === 0 && <Empty title="Nothing pushed yet">What becomes of a push is shown here: nodes, connections, and who was not there.</Empty>}
      {results.map((pushed) => <ResultCard key={pushed.at} pushed={pushed} />)}
    </section>
  );
}

function ResultCard({ pushed }: { pushed: Pushed }) {
  const { result, target, name, at } = pushed;
  const [tone, said] = verdict(result);
  return (
    <article class={`card result ${tone}`}>
      <header>
        <strong>{said}</strong>
        <time class="sub" dateTime={new Date(at).toISOString()}>{timeOf(at)}</time>
      </header>
      <p class="facts">
        <span>to {target === 'everybody' ? 'everybody' : `${target} ${name}`}</span>
        <span>{plural(result.connections, 'connection')}</span>
        <span>{plural(result.nodes, 'node')}</span>
        {result.offset !== undefined && <span title={`epoch ${result.epoch}`}>offset {result.offset}</span>}
      </p>
      {result.failed_nodes.length > 0 && <p class="trouble">Did not take it in time: {result.failed_nodes.join(', ')}. Their clients may or may not get it.</p>}
      <Curl pushed={pushed} />
    </article>
  );
}

/** The same push for a terminal; the key is for the reader to fill in. */
function Curl({ pushed: { path, body } }: { pushed: Pushed }) {
  const [copied, setCopied] = useState(false);
  const quoted = JSON.stringify(body).replaceAll("'", "'\\''");
  const command = `curl -H 'Content-Type: application/json' -d '${quoted}' '${location.origin}${path.replaceAll("'", '%27')}'`;
  const copy = async (): Promise<void> => {
    await navigator.clipboard?.writeText(command).then(() => setCopied(true), () => {});
  };
  return (
    <details class="curl">
      <summary>As curl</summary>
      <pre>{command}</pre>
      <button type="button" class="quiet" onClick={copy}>{copied ? 'Copied' : 'Copy'}</button>
    </details>
  );
}

function verdict(result: PushResult): ['good' | 'warn' | 'bad', string] {
  if (result.failed_nodes.length > 0) return ['bad', 'Not everywhere'];
  if (result.repeated) return ['warn', 'Pushed before: nothing sent again'];
  if (result.connections === 0) return ['warn', 'Nobody was there'];
  return ['good', 'Delivered'];
}
