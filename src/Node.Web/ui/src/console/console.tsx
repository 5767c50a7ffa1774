import { useEffect, useRef, useState } from 'preact/hooks';
import { isDark, setTheme } from '../theme';
import { Icon } from '../views/icons';
import type { Api } from './api';
import { KeyGate } from './key-gate';
import { Overview } from './overview';
import { Push } from './push';
import { Rooms } from './rooms';
import { linkTo, useRoute, type Page } from './route';
import { Users } from './users';

const places: { page: Page; title: string; icon: 'gauge' | 'hash' | 'people' | 'send' }[] = [
  { page: 'overview', title: 'Overview', icon: 'gauge' },
  { page: 'rooms', title: 'Rooms', icon: 'hash' },
  { page: 'users', title: 'Users', icon: 'people' },
  { page: 'push', title: 'Push', icon: 'send' },
];

/** The frame: where one can go, and the page one is on. */
export function Console({ api }: { api: Api }) {
  const route = useRoute();
  const [locked, setLocked] = useState(false);
  const [opened, setOpened] = useState(0);
  const main = useRef<HTMLElement>(null);
  api.onRefused = () => setLocked(true);

  const title = places.find(({ page }) => page === route.page)!.title;
  useEffect(() => {
    document.title = `${route.name || title} · Console`;
  }, [title, route.name]);

  if (locked) {
    return (
      <KeyGate api={api} onOpen={() => {
        setLocked(false);
        setOpened(opened + 1);
      }} />
    );
  }
  return (
    <div class="console">
      <a class="skip" href="#main" onClick={(event) => {
        event.preventDefault();
        main.current?.focus();
      }}>Skip to the page</a>
      <Navigation current={route.page} api={api} onForget={() => {
        api.useKey('');
        setLocked(true);
      }} />
      <main ref={main} key={opened} class="page" tabIndex={-1}>
        {route.page === 'overview' && <Overview api={api} />}
        {route.page === 'rooms' && <Rooms api={api} chosen={route.name} />}
        {route.page === 'users' && <Users api={api} name={route.name} />}
        {route.page === 'push' && <Push api={api} query={route.query} />}
      </main>
    </div>
  );
}

function Navigation({ current, api, onForget }: { current: Page; api: Api; onForget: () => void }) {
  const [dark, setDark] = useState(isDark);
  const toggle = (): void => {
    setTheme(dark ? 'light' : 'dark');
    setDark(!dark);
  };
  return (
    <nav class="nav" aria-label="Console">
      <header class="nav-brand">
        <img src="/favicon.svg" alt="" width="28" height="28" />
        <span>Console</span>
      </header>
      <ul class="nav-places">
        {places.map(({ page, title, icon }) => (
          <li key={page}>
            <a class="nav-place" href={linkTo(page)} aria-current={page === current ? 'page' : undefined}>
              <Icon name={icon} />
              <span>{title}</span>
            </a>
          </li>
        ))}
      </ul>
      <footer class="nav-tools">
        <a class="icon-button" href="/chat.html" aria-label="Open the chat" title="Open the chat"><Icon name="chat" /></a>
        <button class="icon-button" onClick={toggle} aria-label={dark ? 'Light colours' : 'Dark colours'} title={dark ? 'Light colours' : 'Dark colours'}>
          <Icon name={dark ? 'sun' : 'moon'} />
        </button>
        {api.hasKey && (
          <button class="icon-button" onClick={onForget} aria-label="Forget the API key" title="Forget the API key"><Icon name="leave" /></button>
        )}
      </footer>
    </nav>
  );
}
