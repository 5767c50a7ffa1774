import { useEffect, useState } from 'preact/hooks';

export type Page = 'overview' | 'rooms' | 'users' | 'push';

/** Where in the console one is, as the address says it: `#/rooms/lobby`, `#/push?room=lobby`. */
export interface Route {
  page: Page;
  name: string;
  query: URLSearchParams;
}

const pages: readonly string[] = ['overview', 'rooms', 'users', 'push'];

export function linkTo(page: Page, name = '', query: Record<string, string> = {}): string {
  const asked = new URLSearchParams(query).toString();
  return `#/${page}${name === '' ? '' : `/${encodeURIComponent(name)}`}${asked && `?${asked}`}`;
}

export function useRoute(): Route {
  const [route, setRoute] = useState(read);
  useEffect(() => {
    const update = (): void => setRoute(read());
    addEventListener('hashchange', update);
    return () => removeEventListener('hashchange', update);
  }, []);
  return route;
}

function read(): Route {
  const [path = '', query = ''] = location.hash.slice(1).split('?', 2);
  const [, page = '', name = ''] = path.split('/');
  return { page: (pages.includes(page) ? page : 'overview') as Page, name: decode(name), query: new URLSearchParams(query) };
}

/** An address that somebody typed may hold any percent signs. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
