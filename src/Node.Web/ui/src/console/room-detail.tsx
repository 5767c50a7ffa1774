import { Avatar } from '../views/avatar';
import { Icon } from '../views/icons';
import { pathName, type Api } from './api';
import { useLive } from './live';
import { count, Empty, plural, Since, Trouble } from './parts';
import { linkTo } from './route';
import type { RoomInfo } from './types';

const everyMs = 2000;

/** One room: who is in it, and where. */
export function RoomDetail({ api, name }: { api: Api; name: string }) {
  const { data, error } = useLive<RoomInfo>(name, (signal) => api.get(`/api/rooms/${pathName(name)}`, signal), everyMs);
  const gone = error?.status === 404;
  return (
    <section class="split-detail" aria-label={`Room ${name}`}>
      <header class="detail-head">
        <a class="icon-button back" href={linkTo('rooms')} aria-label="All rooms"><Icon name="back" /></a>
        <h2><span class="hash">#</span>{name}</h2>
        <a class="quiet" href={linkTo('push', '', { room: name })}><Icon name="send" />Push</a>
      </header>
      {gone ? <Empty title="Nobody is in this room">It comes back with the next one who joins.</Empty> : <Trouble error={error} />}
      {data && !gone && <Inside room={data} />}
    </section>
  );
}

function Inside({ room }: { room: RoomInfo }) {
  const hidden = room.user_count - room.users.length;
  const metadata = Object.entries(room.metadata);
  return (
    <>
      <p class="facts">
        <span>{plural(room.user_count, 'user')}</span>
        <span>{plural(room.members, 'connection')}</span>
        {room.since_ms !== undefined && <span>open for <Since ms={room.since_ms} /></span>}
      </p>
      <div class="chips" aria-label="Connections by node">
        {Object.entries(room.nodes).map(([node, members]) => <span key={node} class="chip">{node} <strong>{count(members)}</strong></span>)}
        {metadata.map(([key, value]) => <span key={key} class="chip">{key}: {value}</span>)}
      </div>
      <ul class="members" aria-label="Users">
        {room.users.map((user) => (
          <li key={user}>
            <a class="row" href={linkTo('users', user)}><Avatar name={user} /><span class="row-name">{user}</span></a>
          </li>
        ))}
      </ul>
      {hidden > 0 && <p class="hint">and {plural(hidden, 'other')}</p>}
    </>
  );
}
