import { useEffect, useState } from 'preact/hooks';
import { nameTrouble } from '../texts';
import { Avatar } from '../views/avatar';
import { Icon } from '../views/icons';
import { pathName, type Api } from './api';
import { KickDialog, type KickTarget } from './kick-dialog';
import { useLive } from './live';
import { Empty, Head, plural, Since, Trouble } from './parts';
import { linkTo } from './route';
import type { Connection, UserInfo } from './types';

const everyMs = 2000;

/** Looks one user up: connections, rooms, and the way out. */
export function Users({ api, name }: { api: Api; name: string }) {
  const [typed, setTyped] = useState(name);
  const [trouble, setTrouble] = useState('');
  useEffect(() => setTyped(name), [name]);

  const submit = (event: Event): void => {
    event.preventDefault();
    const wrong = nameTrouble('a user’s name', typed.trim());
    setTrouble(wrong);
    if (!wrong) location.hash = linkTo('users', typed.trim());
  };

  return (
    <>
      <Head title="Users" />
      <form class="lookup" role="search" onSubmit={submit} noValidate>
        <label class="search">
          <Icon name="search" />
          <input type="search" value={typed} onInput={(e) => setTyped(e.currentTarget.value)} maxLength={128} placeholder="Name of a user"
            aria-label="Name of a user" aria-describedby="lookup-trouble" autoComplete="off" spellcheck={false} />
        </label>
        <button class="primary">Look up</button>
        <p id="lookup-trouble" class="trouble" role="alert">{trouble}</p>
      </form>
      {name ? <Found key={name} api={api} name={name} /> : (
        <Empty title="Who is it about?">Type a whole name: you see where this user is connected and in which rooms.</Empty>
      )}
    </>
  );
}

function Found({ api, name }: { api: Api; name: string }) {
  const { data, error, reload } = useLive<UserInfo>(name, (signal) => api.get(`/api/users/${pathName(name)}`, signal), everyMs);
  const [kicking, setKicking] = useState<KickTarget | null>(null);
  const [done, setDone] = useState('');
  const offline = error?.status === 404;
  return (
    <section class="card" aria-label={`User ${name}`}>
      <header class="detail-head">
        <Avatar name={name} />
        <h2>{name}</h2>
        <a class="quiet" href={linkTo('push', '', { user: name })}><Icon name="send" />Push</a>
        {data && !offline && <button class="danger" onClick={() => setKicking({ user: name })}>Kick</button>}
      </header>
      <p class="said" role="status">{done}</p>
      {offline ? <Empty title={`${name} is offline`}>Nobody is connected under this name; the page looks again by itself.</Empty> : <Trouble error={error} />}
      {data && !offline && (
        <>
          <p class="facts"><span>{plural(data.connections.length, 'connection')}</span></p>
          <ul class="connections">
            {data.connections.map((connection) => (
              <ConnectionRow key={connection.client} connection={connection} onKick={() => setKicking({ user: name, client: connection.client })} />
            ))}
          </ul>
        </>
      )}
      {kicking && (
        <KickDialog api={api} target={kicking} onClose={(said) => {
          setKicking(null);
          if (said) setDone(said);
          reload();
        }} />
      )}
    </section>
  );
}

function ConnectionRow({ connection, onKick }: { connection: Connection; onKick: () => void }) {
  const { client, node, rooms, since_ms } = connection;
  return (
    <li class="connection">
      <span class="part-name">
        <span class="name">{client}</span>
        <span class="sub">on {node}{since_ms !== undefined && <> for <Since ms={since_ms} /></>}</span>
      </span>
      <span class="chips">
        {rooms.length === 0 && <span class="muted">in no room</span>}
        {rooms.map((room) => <a key={room} class="chip" href={linkTo('rooms', room)}><span class="hash">#</span>{room}</a>)}
      </span>
      <button class="quiet" onClick={onKick} aria-label={`Kick ${client}`}>Kick</button>
    </li>
  );
}
