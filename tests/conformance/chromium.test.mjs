// A browser: what it sends in its handshake, its frames, its deflate, and the codes that a page gets to see.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { chromium } from 'playwright-core';
import { startNode } from './node-process.mjs';

const skip = process.env.CHROMIUM_EXE ? false : 'chromium is not installed';
const FLAGS = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync',
];

let node;
let browser;
let page;

before(async () => {
  if (skip) return;
  node = await startNode({ COMPRESSION_ENABLED: 'true', COMPRESSION_MIN_BYTES: '0', NODE_CONNECT_TIMEOUT: '300ms' });
  // Its user-data-dir is a fresh one, which Playwright makes and removes.
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM_EXE, args: FLAGS });
  page = await browser.newPage();
  // A blank page of the node's own: browsers keep pages from elsewhere, about:blank too, away from loopback addresses.
  await page.goto(`${node.url.replace('ws', 'http')}/health`);
});

after(async () => {
  if (skip) return;
  await browser.close();
  assert.equal(await node.stop(), 0);
});

test('echoes text and binary, compressed', { skip }, async () => {
  const result = await page.evaluate(async url => {
    const socket = new WebSocket(url);
    socket.binaryType = 'arraybuffer';
    await new Promise((resolve, reject) => { socket.onopen = resolve; socket.onerror = reject; });
    const echo = data => new Promise(resolve => { socket.onmessage = event => resolve(event.data); socket.send(data); });
    const texts = ['', 'hello', 'Grüße 𝄞 '.repeat(3000)];
    const binary = crypto.getRandomValues(new Uint8Array(60_000));
    const same = [];
    for (const text of texts) same.push(await echo(text) === text);
    same.push(new Uint8Array(await echo(binary)).every((octet, i) => octet === binary[i]));
    const closed = new Promise(resolve => { socket.onclose = resolve; });
    socket.close(4321, 'bye');
    const { code, wasClean } = await closed;
    return { extensions: socket.extensions, same, code, wasClean };
  }, `${node.url}/echo`);
  assert.match(result.extensions, /^permessage-deflate/);
  assert.deepEqual(result.same, [true, true, true, true]);
  assert.deepEqual([result.code, result.wasClean], [4321, true]);
});

test('sees the code and the reason with which the node closes', { skip }, async () => {
  const close = path => page.evaluate(url => new Promise(resolve => {
    const socket = new WebSocket(url, 'pubsub.v1.json');
    socket.onopen = () => { if (url.endsWith('user=a')) socket.send('this is not JSON'); };
    socket.onclose = ({ code, reason, wasClean }) => resolve({ code, reason, wasClean });
  }), node.url + path);
  assert.deepEqual(await close('/ws'), { code: 3003, reason: 'no connect in time', wasClean: true });
  const refused = await close('/ws?user=a');
  assert.deepEqual([refused.code, refused.wasClean], [3501, true]);
  assert.equal((await close('/nowhere')).code, 1006);
});

test('speaks the client protocol', { skip }, async () => {
  const messages = await page.evaluate(url => new Promise((resolve, reject) => {
    const socket = new WebSocket(url, ['pubsub.v1.json']);
    const heard = [];
    socket.onopen = () => socket.send(JSON.stringify({ message_id: 'connect', seq: 1, user: 'browser' }));
    socket.onmessage = ({ data }) => {
      const message = JSON.parse(data);
      heard.push(message);
      if (message.seq === 1) socket.send(JSON.stringify({ message_id: 'ping', seq: 2 }));
      if (message.seq === 2) resolve(heard);
    };
    socket.onerror = reject;
  }), `${node.url}/ws`);
  assert.deepEqual(messages.map(message => message.message_id), ['connect', 'ping']);
  assert.equal(messages[0].user, 'browser');
});
