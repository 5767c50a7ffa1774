import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { WebSocket } from 'ws';
import { ErrorCode, PushClient } from '../dist/index.js';
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

async function connected(user, options = {}) {
  const client = new PushClient(node.url, { user, WebSocket, backoff: { baseMs: 5, capMs: 20 }, ...options });
  clients.push(client);
  await client.connect();
  return client;
}

async function inLobby(client) {
  const seen = { offsets: [], gaps: [], joined: [], left: [] };
  seen.room = await client.join('lobby', {
    onMessage: (message) => seen.offsets.push(message.offset),
    onGap: ({ room, ...gap }) => seen.gaps.push(gap),
    onJoined: (user) => seen.joined.push(user),
    onLeft: (user) => seen.left.push(user),
    onEnded: (error) => (seen.ended = error),
  });
  return seen;
}

test('missed messages come once and in order after a lost connection', async () => {
  const alice = await connected('alice');
  const seen = await inLobby(alice);
  node.publish('lobby', 'bob', 'one');
  await until(() => seen.offsets.length === 1);
  node.disconnect(1006);
  node.publish('lobby', 'bob', 'two');
  node.publish('lobby', 'bob', 'three');
  await next(alice, 'connected');
  await seen.room.publish('four');
  await until(() => seen.offsets.length === 4);
  assert.deepEqual(seen.offsets, [1, 2, 3, 4]);
  assert.deepEqual(seen.gaps, []);
});

test('what the node no longer has is a gap, what it still has is fetched', async () => {
  node.historySize = 1;
  const alice = await connected('alice');
  const seen = await inLobby(alice);
  node.disconnect(3001, 'drain');
  for (let n = 0; n < 3; n++) node.publish('lobby', 'bob', n);
  await next(alice, 'connected');
  await seen.room.publish('x');
  await until(() => seen.offsets.length === 2);
  assert.deepEqual(seen.gaps, [{ from: 1, to: 2, why: 'expired' }]);
  assert.deepEqual(seen.offsets, [3, 4]);
});

test('a room that began anew is a gap without an end, and its new messages are fetched', async () => {
  const alice = await connected('alice');
  const seen = await inLobby(alice);
  node.publish('lobby', 'bob', 'old');
  await until(() => seen.offsets.length === 1);
  node.disconnect(1006);
  node.forgetRooms();
  node.publish('lobby', 'bob', 'new 1');
  node.publish('lobby', 'bob', 'new 2');
  await until(() => seen.offsets.length === 3);
  assert.deepEqual(seen.gaps, [{ from: 2, why: 'new-epoch' }]);
  assert.deepEqual(seen.offsets, [1, 1, 2]);
});

test('messages dropped on the way are fetched before what follows them', async () => {
  const alice = await connected('alice');
  const seen = await inLobby(alice);
  node.publish('lobby', 'bob', 1);
  node.publish('lobby', 'bob', 2, { deliver: false });
  node.publish('lobby', 'bob', 3);
  node.publish('lobby', 'bob', 4);
  await until(() => seen.offsets.length === 4);
  assert.deepEqual(seen.offsets, [1, 2, 3, 4]);
});

test('who came and went meanwhile is told after coming back', async () => {
  const alice = await connected('alice');
  const bob = await connected('bob');
  const carol = await connected('carol');
  await bob.join('lobby');
  const seen = await inLobby(alice);
  node.disconnect(1006, '', 'alice');
  bob.close();
  await until(() => node.sessions.size < 3);
  await carol.join('lobby');
  await until(() => seen.joined.length === 1 && seen.left.length === 1);
  assert.deepEqual([seen.joined, seen.left], [['carol'], ['bob']]);
  assert.deepEqual([...seen.room.members].sort(), ['alice', 'carol']);
});

test('requests made while offline wait, in order, up to the bound', async () => {
  const alice = await connected('alice', { maxQueued: 2 });
  const seen = await inLobby(alice);
  node.disconnect(1006);
  await next(alice, 'reconnecting');
  const published = [seen.room.publish('a'), seen.room.publish('b')];
  await assert.rejects(seen.room.publish('c'), { code: ErrorCode.queueFull });
  assert.deepEqual(await Promise.all(published), [1, 2]);
});

test('a request that was sent when the connection broke fails and is not repeated', async () => {
  const alice = await connected('alice');
  node.routes.set('chat', () => (node.disconnect(1006), undefined));
  await assert.rejects(alice.send('chat'), { code: ErrorCode.connectionLost });
  await next(alice, 'connected');
  await alice.send('ping');
  assert.equal(node.received.filter(({ message }) => message.message_id === 'chat').length, 1);
});

test('a final close code ends everything, with the code in the error', async () => {
  const alice = await connected('alice');
  const seen = await inLobby(alice);
  const gone = next(alice, 'disconnected');
  node.disconnect(3502, 'kicked');
  assert.deepEqual(await gone, { code: 3502, reason: 'kicked', willReconnect: false });
  assert.equal(seen.ended.code, 3502);
  await alice.connect();
  assert.equal(alice.state, 'online');
});

test('a silent node is noticed and left', async () => {
  node.heartbeatMs = 20;
  const alice = await connected('alice', { heartbeatTimeoutMs: 20 });
  node.routes.set('ping', () => undefined);
  const gone = await next(alice, 'disconnected');
  assert.deepEqual(gone, { code: 1006, reason: 'the node does not answer', willReconnect: true });
});

test('a node that answers pings is kept', async () => {
  node.heartbeatMs = 5;
  const alice = await connected('alice', { heartbeatTimeoutMs: 1000 });
  let disconnects = 0;
  alice.on('disconnected', () => disconnects++);
  const pings = () => node.received.filter(({ message }) => message.message_id === 'ping').length;
  await until(() => pings() >= 3);
  assert.equal(disconnects, 0);
});

test('an expired token is replaced by a fresh one', async () => {
  const tokens = ['t1', 't2', 't3'];
  const alice = await connected(undefined, { getToken: async () => tokens.shift() });
  node.disconnect(1006);
  assert.equal((await next(alice, 'connected')).user, 't1');
  node.disconnect(3006, 'token expired');
  assert.equal((await next(alice, 'connected')).user, 't2');
  node.routes.set('connect', () => {
    node.routes.delete('connect');
    return { error: { code: 109, reason: 'token expired' } };
  });
  node.disconnect(1006);
  assert.equal((await next(alice, 'connected')).user, 't3');
});

test('a fixed token that expired is the end', async () => {
  const alice = await connected(undefined, { token: 't' });
  const gone = next(alice, 'disconnected');
  node.disconnect(3006, 'token expired');
  assert.equal((await gone).willReconnect, false);
});

test('the hint names the next node and the pause', async () => {
  const other = await new FakeNode().listen();
  const alice = await connected('alice');
  const seen = await inLobby(alice);
  const pause = next(alice, 'reconnecting');
  node.disconnect(3001, `drain retry_ms=30 node=127.0.0.1:${other.port}`);
  const { attempt, delayMs } = await pause;
  assert.equal(attempt, 1);
  assert.ok(delayMs >= 30 && delayMs < 35, `${delayMs}`);
  await until(() => seen.gaps.length === 1);
  assert.equal(other.sessions.size, 1);
  await other.stop();
});

test('a room that does not take us back is ended, the others go on', async () => {
  const alice = await connected('alice');
  const seen = await inLobby(alice);
  const other = await alice.join('other');
  const join = (session, message) =>
    message.room === 'lobby' ? { error: { code: 103, reason: 'no longer' } } : { room: message.room, offset: 0, epoch: 'e' };
  node.routes.set('join', join);
  node.disconnect(1006);
  await until(() => seen.ended);
  assert.equal(seen.ended.code, ErrorCode.permissionDenied);
  await assert.rejects(seen.room.publish('x'), { code: ErrorCode.notAMember });
  assert.equal(other.name, 'other');
});

test('a server that is not there yet is waited for; now does not wait', async () => {
  const { port } = node;
  await node.stop();
  const client = new PushClient(`ws://127.0.0.1:${port}/ws`, { user: 'a', WebSocket, backoff: { baseMs: 60_000, capMs: 60_000 } });
  clients.push(client);
  const online = client.connect();
  await next(client, 'reconnecting');
  node = await new FakeNode().listen(port);
  client.reconnectNow();
  await online;
});

test('a join made while offline is done on coming back', async () => {
  const alice = await connected('alice');
  node.disconnect(1006);
  await next(alice, 'reconnecting');
  assert.equal((await alice.join('later')).name, 'later');
});
