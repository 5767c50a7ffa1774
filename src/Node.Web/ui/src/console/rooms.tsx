import { useEffect, useState } from 'preact/hooks';
import { Icon } from '../views/icons';
import { type Api } from './api';
import { useLive, useSettled } from './live';
import { count, Empty, Head, Trouble } from './parts';
import { RoomDetail } from './room-detail';
import { linkTo } from './route';
import type { RoomEntry, RoomPage } from './types';

const everyMs = 3000;
const pageSize = 100;
const maxShown = 1000;

/** Rooms by the beginning of their names, and beside them the one that is chosen. */
export function Rooms({ api, chosen }: { api: Api; chosen: string }) {
  const [typed, setTyped] = useState('');
  const [limit, setLimit] = useState(pageSize);
  const prefix = useSettled(typed, 200);
  useEffect(() => setLimit(pageSize), [prefix]);
  const { data, error } = useLive<RoomPage>(`${limit} ${prefix}`, (signal) =>
    api.get(`/api/rooms?${new URLSearchParams({ prefix, limit: String(limit) })}`, signal), everyMs);

  return (
    <div class={chosen ? 'split chosen' : 'split'}>
      <section class="split-list" aria-label="Rooms">
        <Head title="Rooms" />
        <label class="search">
          <Icon name="search" />
          <input type="search" value={typed} onInput={(e) => setTyped(e.currentTarget.value)} maxLength={128} placeholder="Name begins with…"
            aria-label="Name begins with" autoComplete="off" spellcheck={false} />
        </label>
        <Trouble error={error} />
        {data && <RoomList rooms={data.rooms} chosen={chosen} prefix={prefix} />}
        {data?.next !== undefined && (limit < maxShown ? (
          <button class="more" onClick={() => setLimit(Math.min(limit * 3, maxShown))}>Show more</button>
        ) : (
          <p class="hint">There are more. Type how the name begins.</p>
        ))}
      </section>
      {chosen ? <RoomDetail key={chosen} api={api} name={chosen} /> : (
        <div class="split-detail nothing"><Empty title="Choose a room">Then you see who is in it, as people come and go.</Empty></div>
      )}
    </div>
  );
}

function RoomList({ rooms, chosen, prefix }: { rooms: RoomEntry[]; chosen: string; prefix: string }) {
  if (rooms.length === 0) {
    return prefix ? (
      <Empty title="No such room">No room that somebody is in begins with “{prefix}”.</Empty>
    ) : (
      <Empty title="There is no room yet">A room is there as soon as somebody joins it, and gone with the last one.</Empty>
    );
  }
  return (
    <ul class="rows">
      {rooms.map(({ room, members, user_count }) => (
        <li key={room}>
          <a class="row" href={linkTo('rooms', room)} aria-current={room === chosen ? 'true' : undefined}>
            <span class="hash" aria-hidden="true">#</span>
            <span class="row-name">{room}</span>
            <span class="row-count" title={`${user_count} users with ${members} connections`}>
              <Icon name="people" /><span class="visually-hidden">Users: </span>{count(user_count)}
            </span>
          </a>
        </li>
      ))}
    </ul>
  );
}
