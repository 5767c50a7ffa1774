// The chat page in a real browser. CHAT_URL=http://127.0.0.1:8086/chat.html node --test tests/chat.e2e.mjs
// runs it against a running standalone, STANDALONE_EXE=path against one that it starts itself; without either it runs over
// the SDK's fake node. CHROMIUM names the browser.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { chromium } from 'playwright-core';

const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync'];
// Rooms of its own: the server may be in use, and a second run must not find the first one's messages.
const suffix = Math.random().toString(36).slice(2, 7);

let chatUrl = process.env.CHAT_URL;
let browser;
let server;
const contexts = [];
const complaints = [];

before(async () => {
  if (!chatUrl && process.env.STANDALONE_EXE) {
    const { startStandalone } = await import('./serve-standalone.mjs');
    server = await startStandalone(process.env.STANDALONE_EXE);
    chatUrl = server.url;
  } else if (!chatUrl) {
    const { startFake } = await import('./serve-fake.mjs');
    server = await startFake();
    chatUrl = `http://127.0.0.1:${server.port}/chat.html`;
  }
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: flags });
});

afterEach(async () => {
  for (const context of contexts.splice(0)) await context.close();
  assert.deepEqual(complaints.splice(0), [], 'the page threw, or broke its own content policy');
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

async function newPage(query = '', options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  contexts.push(context);
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (entry) => {
    if (entry.text().includes('Content Security Policy')) complaints.push(entry.text());
  });
  await page.goto(chatUrl + query);
  return page;
}

/** A window of its own with this user in this room. */
async function enter(user, room) {
  const page = await newPage();
  await page.getByLabel('Your name').fill(user);
  await page.getByLabel('Room', { exact: true }).fill(room);
  await page.getByRole('button', { name: 'Enter' }).click();
  await online(page);
  await page.getByRole('complementary', { name: 'People here' }).getByText('you', { exact: true }).waitFor();
  return page;
}

const online = (page) => page.getByRole('status', { name: 'Connection: Online' }).waitFor();

async function say(page, text) {
  await page.getByRole('textbox', { name: 'Message' }).fill(text);
  await page.keyboard.press('Enter');
}

const bubble = (page, text) => page.getByRole('log').locator('.bubble', { hasText: text });

const bubbles = (page) => page.getByRole('log').locator('.bubble').allTextContents();

async function seen(page, ...texts) {
  for (const text of texts) await bubble(page, text).waitFor();
}

test('two people talk in a room and see each other', async () => {
  const room = `talk-${suffix}`;
  const alice = await enter('alice', room);
  const bob = await enter('bob', room);
  await alice.getByRole('button', { name: 'Write to bob' }).waitFor();
  await bob.getByRole('button', { name: 'Write to alice' }).waitFor();
  await say(alice, 'Hello Bob');
  await seen(bob, 'Hello Bob');
  await say(bob, 'Hello Alice');
  await seen(alice, 'Hello Alice');
  await alice.locator('.message.own.sent', { hasText: 'Hello Bob' }).waitFor();
  assert.deepEqual(await bubbles(alice), ['Hello Bob', 'Hello Alice']);
  assert.deepEqual(await bubbles(bob), ['Hello Bob', 'Hello Alice']);

  await bob.getByRole('button', { name: `Leave ${room}` }).click();
  await alice.getByText('bob left').waitFor();
  await alice.getByText('Only you are here').waitFor();
  await bob.getByText('You are in no room').waitFor();
});

test('what people write never becomes part of the page', async () => {
  const alice = await enter('alice', `html-${suffix}`);
  const text = '<img src=x onerror="document.title=1"><b>bold</b>';
  await say(alice, text);
  await alice.locator('.message.sent').waitFor();
  assert.deepEqual(await bubbles(alice), [text]);
  assert.equal(await alice.locator('.bubble > *').count(), 0);
});

test('a private message reaches one person only, and says when nobody is there', async () => {
  const room = `direct-${suffix}`;
  const [alice, bob, carol] = [await enter(`alice-${suffix}`, room), await enter(`bob-${suffix}`, room), await enter(`carol-${suffix}`, room)];
  await alice.getByRole('button', { name: `Write to bob-${suffix}` }).click();
  await alice.getByText(`Only you and bob-${suffix} see this`).waitFor();
  await say(alice, 'psst');
  await bob.getByRole('button', { name: `alice-${suffix}, 1 unread` }).click();
  await seen(bob, 'psst');
  await say(bob, 'what?');
  await seen(alice, 'what?');
  assert.equal(await carol.getByRole('button', { name: /alice-.*unread/ }).count(), 0);

  await bob.getByRole('button', { name: 'Sign out' }).click();
  await carol.getByText(`bob-${suffix} left`).waitFor();
  await say(alice, 'still there?');
  await alice.getByText('is not online').waitFor();
});

test('several rooms: unread counts, and history on entering late', async () => {
  const [one, two] = [`one-${suffix}`, `two-${suffix}`];
  const alice = await enter('alice', one);
  await say(alice, 'said early');
  await alice.locator('.message.sent').waitFor();
  const bob = await enter('bob', one);
  await seen(bob, 'said early');
  await alice.getByLabel('Join a room').fill(two);
  await alice.keyboard.press('Enter');
  await alice.getByRole('heading', { name: two }).waitFor();
  await say(bob, 'where are you?');
  await alice.getByRole('button', { name: `${one}, 1 unread` }).click();
  await seen(alice, 'where are you?');
  await alice.getByRole('button', { name: one, exact: true }).waitFor();
});

test('a reload enters again as the same person, into the same rooms', async () => {
  const room = `reload-${suffix}`;
  const alice = await enter('alice', room);
  await say(alice, 'before');
  await alice.locator('.message.sent').waitFor();
  const bob = await newPage(`?user=bob&room=${room}`);
  await seen(bob, 'before');
  await alice.reload();
  await online(alice);
  await alice.getByRole('button', { name: 'Write to bob' }).waitFor();
  await say(alice, 'after');
  await seen(bob, 'after');
});

test('a lost connection comes back by itself, with what was missed, once', async () => {
  const room = `lost-${suffix}`;
  const alice = await enter('alice', room);
  const bob = await enter('bob', room);
  await say(bob, 'first');
  await seen(alice, 'first');
  await alice.context().setOffline(true);
  await alice.getByText('This device is offline').waitFor();
  await say(bob, 'second');
  await say(bob, 'third');
  await bob.locator('.message.own.sent', { hasText: 'third' }).waitFor();
  await say(alice, 'written while offline');
  await alice.getByText('Sending…').waitFor();
  await alice.context().setOffline(false);
  await online(alice);
  await seen(alice, 'second', 'third');
  await seen(bob, 'written while offline');
  await say(bob, 'fourth');
  await seen(alice, 'fourth');
  const all = ['first', 'second', 'third', 'written while offline', 'fourth'];
  assert.deepEqual(await bubbles(alice), all);
  assert.deepEqual(await bubbles(bob), all);
});

test('a phone: the lists are drawers, and nothing is wider than the screen', async () => {
  const room = `phone-${suffix}`;
  const bob = await enter('bob', room);
  const alice = await newPage(`?user=alice&room=${room}`, { viewport: { width: 360, height: 640 } });
  await alice.getByText('2 people are here').waitFor();
  await say(bob, 'a-word-without-any-space-'.repeat(10));
  await seen(alice, 'a-word');
  assert.equal(await alice.evaluate(() => document.documentElement.scrollWidth), 360);
  await alice.getByRole('button', { name: 'People here' }).click();
  await alice.getByRole('button', { name: 'Write to bob' }).click();
  await alice.getByText('Only you and bob see this').waitFor();
  await alice.getByRole('button', { name: 'Rooms' }).click();
  await alice.keyboard.press('Escape');
  await alice.getByRole('textbox', { name: 'Message' }).click();
});

test('an unusable name is refused in words', async () => {
  const page = await newPage();
  await page.getByRole('button', { name: 'Enter' }).click();
  await page.getByRole('alert').getByText('Please type your name').waitFor();
});
