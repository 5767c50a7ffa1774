// Two windows of the chat of a running cluster: each sees the other, and what it says. usage: node two-windows.mjs CHAT_URL PICTURES
// Prints {"alice": URL, "bob": URL}, the nodes that the windows are connected to, and stays until its input ends.
// Where it fails it leaves a picture of each window in the folder PICTURES. CHROMIUM_EXE names the browser.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const [chat, pictures] = process.argv.slice(2);
const FLAGS = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync',
];
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM_EXE ?? '/usr/bin/chromium', args: FLAGS });
const windows = {};

/** A window with storage of its own, and the URLs of the WebSockets that it has opened. */
async function enter(user) {
  const page = await (await browser.newContext()).newPage();
  const sockets = [];
  windows[user] = { page, sockets };
  page.on('websocket', socket => sockets.push(socket.url()));
  await page.goto(`${chat}?user=${user}&room=lobby`);
  await page.getByRole('status', { name: 'Connection: Online' }).waitFor();
  return page;
}

async function say(page, text) {
  await page.getByRole('textbox', { name: 'Message' }).fill(text);
  await page.keyboard.press('Enter');
}

async function talk() {
  const alice = await enter('alice');
  const bob = await enter('bob');
  await alice.getByRole('button', { name: 'Write to bob' }).waitFor();
  await bob.getByRole('button', { name: 'Write to alice' }).waitFor();
  for (const [page, other, text] of [[alice, bob, 'Hello Bob'], [bob, alice, 'Hello Alice']]) {
    await say(page, text);
    await other.getByRole('log').locator('.bubble', { hasText: text }).waitFor();
  }
  for (const { page, sockets } of Object.values(windows)) {
    assert.deepEqual(await page.getByRole('log').locator('.bubble').allTextContents(), ['Hello Bob', 'Hello Alice']);
    assert.equal(sockets.length, 1);
  }
}

try {
  await talk();
  console.log(JSON.stringify({ alice: windows.alice.sockets[0], bob: windows.bob.sockets[0] }));
  for await (const _ of process.stdin);
} catch (error) {
  for (const [user, { page }] of Object.entries(windows)) await page.screenshot({ path: join(pictures, `two-windows-${user}.png`) });
  throw error;
} finally {
  await browser.close();
}
