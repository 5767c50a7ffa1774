import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { WebSocket } from 'ws';
import { ErrorCode, PushClient, PushError } from '../dist/index.js';
import { FakeNode } from './fake-node.mjs';
import { next, until } from './waiting.mjs';

let node;
const clients = [];

beforeEach(async () => {
  node = await new FakeNode().listen();
});

afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await node.stop();
});

function clientOf(user, options = {}) {
  const client = new PushClient(node.url, { user, WebSocket, backoff: { baseMs: 5, capMs: 20 }, ...options });
  client.on('error', (error) => assert.fail(error));
  clients.push(client);
  return client;
}

async function connected(user, options) {
  const client = clientOf(user, options);
  await client.connect();
  return client;
}

for (const encoding of ['json', 'proto']) {
  test(`two users talk in a room (${encoding})`, async () => {
    const alice = await connected('alice', { encoding });
    const bob = await connected('bob', { encoding });
    const heard = [];
    const joined = [];
    const left = [];
    const room = await alice.join('lobby', {
      onMessage: (m) => heard.push([m.user, m.offset, m.data]),
      onJoined: (user) => joined.push(user),
      onLeft: (user) => left.push(user),
    });
    const bobs = await bob.join('lobby');
    assert.deepEqual([...bobs.members], ['alice', 'bob']);
    assert.equal(await bobs.publish('hello'), 1);
    assert.equal(await room.publish({ text: 'hi' }), 2);
    await until(() => heard.length === 2);
    assert.deepEqual(heard, [['bob', 1, 'hello'], ['alice', 2, { text: 'hi' }]]);
    assert.deepEqual(joined, ['bob']);
    assert.deepEqual(await room.presence(), { count: 2, users: ['alice', 'bob'] });
    const [last] = await room.history({ after: 1 });
    assert.deepEqual(last, { room: 'lobby', user: 'alice', offset: 2, epoch: room.epoch, data: { text: 'hi' } });
    await bobs.leave();
    await until(() => left.length === 1);
    assert.deepEqual([...room.members], ['alice']);
    await assert.rejects(bobs.publish('x'), { code: ErrorCode.notAMember });
  });

  test(`bytes arrive as bytes (${encoding})`, async () => {
    const alice = await connected('alice', { encoding });
    const bytes = Uint8Array.of(0xff, 0, 1);
    const got = next(alice, 'direct');
    assert.equal(await alice.direct('alice', bytes), 1);
    assert.deepEqual(await got, { user: 'alice', data: bytes });
  });
}

// Alice in a room with carol, and what she is told of who comes and goes.
async function withCarol() {
  const told = [];
  const alice = await connected('alice');
  await (await connected('carol')).join('lobby');
  const room = await alice.join('lobby', {
    onJoined: (user) => told.push(`+${user}`),
    onLeft: (user) => told.push(`-${user}`),
  });
  return { room, told };
}

test('who came or went while a list was on its way is not undone by it', async () => {
  const { room, told } = await withCarol();
  node.routes.set('presence', (session) => {
    session.send({ message_id: 'joined', room: 'lobby', user: 'bob' });
    session.send({ message_id: 'left', room: 'lobby', user: 'carol' });
    return { room: 'lobby', data: { count: 2, users: ['alice', 'carol'] } };
  });
  await room.presence();
  assert.deepEqual(told, ['+bob', '-carol']);
  assert.deepEqual([[...room.members].sort(), room.count], [['alice', 'bob'], 2]);
});

test('a list of one node alone takes nobody away', async () => {
  const { room, told } = await withCarol();
  node.routes.set('presence', (session) => {
    session.send({ message_id: 'left', room: 'lobby', user: 'carol' });
    return { room: 'lobby', data: { count: 2, users: ['bob', 'carol'], partial: true } };
  });
  await room.presence();
  assert.deepEqual(told, ['-carol', '+bob']);
  assert.deepEqual([[...room.members].sort(), room.count], [['alice', 'bob'], 2]);
});

test('a direct message to nobody fails by its code', async () => {
  const alice = await connected('alice');
  await assert.rejects(alice.direct('nobody', 1), (error) => error instanceof PushError && error.code === 111);
});

test('an application route answers, and may speak by itself', async () => {
  node.routes.set('chat', (session, message) => {
    session.send({ message_id: 'news', data: 1 });
    return { data: { echo: message.data } };
  });
  const alice = await connected('alice');
  const news = next(alice, 'message');
  assert.deepEqual((await alice.send('chat', 'x')).data, { echo: 'x' });
  assert.equal((await news).message_id, 'news');
  await assert.rejects(alice.send('unheard-of'), { code: ErrorCode.unknownRoute });
});

test('a request without a reply times out', async () => {
  node.routes.set('chat', () => undefined);
  const alice = await connected('alice', { requestTimeoutMs: 20 });
  await assert.rejects(alice.send('chat'), { code: ErrorCode.requestTimeout });
});

test('data that cannot be encoded is the error of its request alone', async () => {
  const alice = await connected('alice');
  await assert.rejects(alice.send('chat', 1n), { code: ErrorCode.badRequest });
  assert.equal(alice.state, 'online');
});

test('a user named in the URL needs no connect message', async () => {
  const client = new PushClient(`${node.url}?user=zoe`, { WebSocket });
  clients.push(client);
  const welcome = next(client, 'connected');
  await client.connect();
  assert.deepEqual(await welcome, { user: 'zoe', client: 'c1', node: 'fake' });
  assert.equal(node.received.length, 0);
});

test('a refused name ends it: connect rejects and nothing is tried again', async () => {
  node.routes.set('connect', () => ({ error: { code: 101, reason: 'who?' } }));
  const client = clientOf('mallory');
  const gone = next(client, 'disconnected');
  await assert.rejects(client.connect(), { code: ErrorCode.unauthorized });
  assert.equal((await gone).willReconnect, false);
  assert.equal(client.state, 'idle');
});

test('close ends requests, rooms and state', async () => {
  node.routes.set('chat', () => undefined);
  const alice = await connected('alice');
  let ended;
  await alice.join('lobby', { onEnded: (error) => (ended = error) });
  const waiting = assert.rejects(alice.send('chat'), { code: ErrorCode.closed });
  alice.close();
  await waiting;
  assert.equal(ended.code, ErrorCode.closed);
  assert.equal(alice.state, 'idle');
  await until(() => node.sessions.size === 0);
});

test('a room cannot be joined twice, and can again after leave', async () => {
  const alice = await connected('alice');
  const room = await alice.join('lobby');
  await assert.rejects(alice.join('lobby'), { code: ErrorCode.badRequest });
  await room.leave();
  await alice.join('lobby');
});

test('a join from inside a connected listener is sent once', async () => {
  const alice = clientOf('alice');
  const room = new Promise((resolve) => alice.on('connected', () => resolve(alice.join('lobby'))));
  await alice.connect();
  await room;
  await alice.send('ping');
  assert.equal(node.received.filter(({ message }) => message.message_id === 'join').length, 1);
});
