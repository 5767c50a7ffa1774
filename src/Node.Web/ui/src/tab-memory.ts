/** Who and where one is, remembered for this tab alone: two tabs are two people. */
export interface TabMemory {
  user: string;
  rooms: string[];
  active: string;
}

const key = 'chat';

/** From the address (`?user=&room=`) where it says so, else what this tab remembers. */
export function recall(): TabMemory & { complete: boolean; token: string } {
  const asked = new URLSearchParams(location.search);
  const kept = load();
  const token = asked.get('token') ?? '';
  const user = asked.get('user') ?? kept?.user ?? '';
  const rooms = new Set(kept && kept.user === user ? kept.rooms : []);
  const room = asked.get('room');
  if (room) rooms.add(room);
  const active = kept?.user === user && kept.active ? kept.active : room ? `room:${room}` : '';
  return { user, token, rooms: [...rooms], active, complete: (user !== '' || token !== '') && rooms.size > 0 };
}

export function remember(memory: TabMemory): void {
  try {
    sessionStorage.setItem(key, JSON.stringify(memory));
  } catch {
    // Storage may be forbidden or full; the page works without a memory.
  }
}

/** Also takes the name out of the address, or the next reload would enter again. */
export function forget(): void {
  try {
    sessionStorage.removeItem(key);
  } catch {
    // As above.
  }
  history.replaceState(null, '', location.pathname);
}

function load(): TabMemory | null {
  try {
    const kept = JSON.parse(sessionStorage.getItem(key) ?? 'null') as Partial<TabMemory> | null;
    if (!kept || typeof kept.user !== 'string' || !Array.isArray(kept.rooms)) return null;
    return { user: kept.user, rooms: kept.rooms.map(String), active: String(kept.active ?? '') };
  } catch {
    return null;
  }
}
