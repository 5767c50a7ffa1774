// The npm package ws, the client that most Node.js programs have.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import WebSocket from 'ws';
import { startNode } from './node-process.mjs';

let node;
before(async () => { node = await startNode({ COMPRESSION_ENABLED: 'true', NODE_CONNECT_TIMEOUT: '300ms' }); });
after(async () => { assert.equal(await node.stop(), 0); });

async function open(path, options, protocols = []) {
  const socket = new WebSocket(node.url + path, protocols, options);
  await once(socket, 'open');
  return socket;
}

async function echo(socket, data) {
  socket.send(data);
  const [received, isBinary] = await once(socket, 'message');
  assert.equal(isBinary, typeof data !== 'string');
  assert.equal(Buffer.compare(Buffer.from(data), received), 0);
}

async function close(socket, code, reason) {
  socket.close(code, reason);
  return (await once(socket, 'close'))[0];
}

for (const perMessageDeflate of [false, true, { clientMaxWindowBits: 10, serverMaxWindowBits: 10 }]) {
  test(`echoes text and binary of every size, deflate: ${JSON.stringify(perMessageDeflate)}`, async () => {
    const socket = await open('/echo', { perMessageDeflate });
    assert.equal(socket.extensions.startsWith('permessage-deflate'), perMessageDeflate !== false);
    for (const length of [0, 1, 125, 126, 1000, 60_000]) {
      await echo(socket, 'ä'.repeat(length / 2));
      await echo(socket, Buffer.alloc(length, 'push'));
    }
    assert.equal(await close(socket, 1000, 'done'), 1000);
  });
}

test('gathers a message that was sent in fragments', async () => {
  const socket = await open('/echo', { perMessageDeflate: true });
  socket.send('one ', { fin: false });
  socket.send('two ', { fin: false });
  socket.ping('between');
  socket.send('three', { fin: true });
  const [[pong], [message]] = await Promise.all([once(socket, 'pong'), once(socket, 'message')]);
  assert.equal(pong.toString(), 'between');
  assert.equal(message.toString(), 'one two three');
  assert.equal(await close(socket), 1005);
});

test('hears the code and the reason of a close', async () => {
  const nameless = await open('/ws');
  const [code, reason] = await once(nameless, 'close');
  assert.deepEqual([code, reason.toString()], [3003, 'no connect in time']);

  const tooLong = await open('/echo', { perMessageDeflate: false });
  tooLong.send(Buffer.alloc(65 * 1024));
  assert.equal((await once(tooLong, 'close'))[0], 1009);
});

test('agrees on a subprotocol and hears its own publish', async () => {
  const socket = await open('/ws?user=alice', {}, ['pubsub.v1.proto', 'pubsub.v1.json']);
  assert.equal(socket.protocol, 'pubsub.v1.json');
  const heard = [];
  socket.on('message', data => heard.push(JSON.parse(data)));
  socket.send(JSON.stringify({ message_id: 'join', seq: 1, room: 'lobby' }));
  while (!heard.some(message => message.seq === 1)) await once(socket, 'message');
  socket.send(JSON.stringify({ message_id: 'publish', seq: 2, room: 'lobby', data: 'hello' }));
  // In either order: a reply may overtake room messages.
  const reply = () => heard.find(message => message.seq === 2);
  const published = () => heard.find(message => message.message_id === 'publish' && !message.seq);
  while (!reply() || !published()) await once(socket, 'message');
  assert.deepEqual([published().user, published().data, published().offset], ['alice', 'hello', reply().offset]);
  await close(socket, 1000);
});

test('is told why a handshake fails', async () => {
  const socket = new WebSocket(`${node.url}/nowhere`);
  const [error] = await once(socket, 'error');
  assert.match(error.message, /404/);
});
