import type { ChatModel } from '../chat-model';
import { useSecondsUntil } from './hooks';

const words = { connecting: 'Connecting', online: 'Online', waiting: 'Reconnecting', ended: 'Offline' };

/** The state in one word, always in sight. */
export function ConnectionPill({ model }: { model: ChatModel }) {
  const { phase } = model.connectivity;
  return (
    <span class={`pill ${phase}`} role="status" aria-label={`Connection: ${words[phase]}`}>
      <span class="dot" aria-hidden="true" />
      {words[phase]}
    </span>
  );
}

/** What is wrong with the connection and what can be done; nothing while all is well. */
export function ConnectionBanner({ model }: { model: ChatModel }) {
  const { connectivity } = model;
  switch (connectivity.phase) {
    case 'online':
      return null;
    case 'connecting':
      return <Banner text="Connecting…" />;
    case 'waiting':
      return <WaitingBanner until={connectivity.until} now={() => model.reconnectNow()} />;
    case 'ended':
      return <Banner text={connectivity.why} action="Connect again" onAction={() => void model.connect()} bad />;
  }
}

function WaitingBanner({ until, now }: { until: number; now: () => void }) {
  const seconds = useSecondsUntil(until);
  const network = navigator.onLine ? 'No connection to the server.' : 'This device is offline.';
  return <Banner text={`${network} Reconnecting in ${seconds} s.`} action="Now" onAction={now} />;
}

interface BannerProps {
  text: string;
  action?: string;
  onAction?: () => void;
  bad?: boolean;
}

function Banner({ text, action, onAction, bad }: BannerProps) {
  // Not a live region: the pill speaks; a countdown read out each second would drown everything else.
  return (
    <div class={bad ? 'banner bad' : 'banner'}>
      <span>{text}</span>
      {action && <button onClick={onAction}>{action}</button>}
    </div>
  );
}
