// The console in a real browser, over the standalone that STANDALONE_EXE names; skipped without one. People are chat pages in
// the same browser. CHROMIUM names the browser.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { chromium } from 'playwright-core';
import { startStandalone } from './serve-standalone.mjs';

const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync'];
const executable = process.env.STANDALONE_EXE;
const key = 'correct-horse-battery';

let browser;
const contexts = [];
const complaints = [];

async function open(url, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  contexts.push(context);
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (entry) => {
    if (entry.text().includes('Content Security Policy')) complaints.push(entry.text());
  });
  await page.goto(url);
  return page;
}

/** A chat window with this user in this room. */
async function person(server, user, room) {
  const page = await open(`${server.url}?user=${user}&room=${room}`);
  await page.getByRole('status', { name: 'Connection: Online' }).waitFor();
  await page.getByRole('complementary', { name: 'People here' }).getByText('you', { exact: true }).waitFor();
  return page;
}

const tile = (page, name) => page.locator('.tile', { hasText: name }).locator('dd');

const place = (page, name) => page.getByRole('navigation', { name: 'Console' }).getByRole('link', { name });

async function closeAll() {
  for (const context of contexts.splice(0)) await context.close();
  assert.deepEqual(complaints.splice(0), [], 'a page threw, or broke its own content policy');
}

describe('the console', { skip: executable ? false : 'no STANDALONE_EXE' }, () => {
  let server;

  before(async () => {
    browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: flags });
    server = await startStandalone(executable, { NODE_ID: 'node-1' });
  });
  afterEach(closeAll);
  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  test('the overview follows what happens', async () => {
    const page = await open(server.consoleUrl);
    await page.getByText('Live', { exact: true }).waitFor();
    await page.getByRole('row', { name: /node-1/ }).getByText('ready').waitFor();
    await page.getByText('everything answers').waitFor();
    await person(server, 'alice', 'lobby');
    await tile(page, 'Rooms').getByText('1', { exact: true }).waitFor();
    await tile(page, 'Users').getByText('1', { exact: true }).waitFor();
    await tile(page, 'Connections').getByText('1', { exact: true }).waitFor();
  });

  test('a server that is away is said, and it comes back by itself', async () => {
    const page = await open(server.consoleUrl);
    await page.getByText('Live', { exact: true }).waitFor();
    await page.context().setOffline(true);
    await page.getByRole('alert').getByText('The web server does not answer').waitFor();
    await page.getByText('Not up to date').waitFor();
    await page.context().setOffline(false);
    await page.getByText('Live', { exact: true }).waitFor();
    assert.equal(await page.getByRole('alert').count(), 0);
  });

  test('rooms: searched, opened, followed as people come and go', async () => {
    const page = await open(`${server.consoleUrl}#/rooms`);
    await page.getByText('There is no room yet').waitFor();
    await person(server, 'alice', 'orders%2Feu');
    await person(server, 'alice', 'lobby');
    await page.getByRole('link', { name: /orders\/eu/ }).waitFor();
    await page.getByLabel('Name begins with').fill('lob');
    await page.getByRole('link', { name: /orders\/eu/ }).waitFor({ state: 'detached' });
    await page.getByLabel('Name begins with').fill('zzz');
    await page.getByText('No room that somebody is in begins with “zzz”').waitFor();
    await page.getByLabel('Name begins with').fill('orders/');
    await page.getByRole('link', { name: /orders\/eu/ }).click();
    const room = page.getByRole('region', { name: 'Room orders/eu' });
    await room.getByText('1 user').waitFor();
    const bob = await person(server, 'bob', 'orders%2Feu');
    await room.getByText('2 users').waitFor();
    await room.getByRole('link', { name: 'bob' }).waitFor();
    await bob.close();
    await room.getByRole('link', { name: 'bob' }).waitFor({ state: 'detached' });
    await room.getByRole('link', { name: 'alice' }).click();
    await page.getByRole('region', { name: 'User alice' }).getByText('2 connections').waitFor();
  });

  test('users: looked up and kicked', async () => {
    const [one, two] = [await person(server, 'carol', 'one'), await person(server, 'carol', 'two')];
    const page = await open(server.consoleUrl);
    await place(page, 'Users').click();
    await page.getByRole('button', { name: 'Look up' }).click();
    await page.getByRole('alert').getByText('Please type').waitFor();
    await page.getByLabel('Name of a user').fill('nobody');
    await page.keyboard.press('Enter');
    await page.getByText('nobody is offline').waitFor();
    await page.getByLabel('Name of a user').fill('carol');
    await page.keyboard.press('Enter');
    await page.getByText('2 connections').waitFor();
    await page.getByRole('listitem').filter({ hasText: '#two' }).getByRole('button', { name: /^Kick node-1-/ }).click();
    await page.getByRole('dialog').getByLabel('Reason').fill('enough');
    await page.getByRole('dialog').getByRole('button', { name: 'Kick' }).click();
    await two.getByText('disconnected by an operator').waitFor();
    await page.getByText('1 connection ended.').waitFor();
    await page.getByText('1 connection', { exact: true }).waitFor();
    assert.equal(await one.getByText('disconnected by an operator').count(), 0);

    await page.getByRole('button', { name: 'Kick', exact: true }).click();
    await page.getByRole('dialog').getByLabel('Reason').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Kick', exact: true }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Kick' }).click();
    await page.getByText('carol is offline').waitFor();
  });

  test('a push to a room, a user, everybody, and what became of it', async () => {
    const alice = await person(server, 'alice', 'lobby');
    const page = await open(`${server.consoleUrl}#/rooms/lobby`);
    await page.getByRole('region', { name: 'Room lobby' }).getByRole('link', { name: 'Push' }).click();
    assert.equal(await page.getByLabel('Room', { exact: true }).inputValue(), 'lobby');
    await page.getByRole('button', { name: 'Push', exact: true }).click();
    await page.getByRole('alert').getByText('Please type a message').waitFor();
    await page.getByRole('textbox', { name: 'Data' }).fill('The doors open at eight.');
    await page.getByRole('button', { name: 'Push', exact: true }).click();
    const results = page.getByRole('region', { name: 'Results' });
    await results.getByText('Delivered').waitFor();
    await results.getByText('offset 1').waitFor();
    await alice.getByRole('log').getByText('The doors open at eight.').waitFor();

    await page.getByText('A user', { exact: true }).click();
    await page.getByLabel('User', { exact: true }).fill('nobody');
    await page.getByRole('button', { name: 'Push', exact: true }).click();
    await results.getByText('Nobody was there').waitFor();

    await page.getByText('Everybody', { exact: true }).click();
    await page.getByLabel('Kind of data').selectOption('json');
    await page.getByRole('textbox', { name: 'Data' }).fill('{"a":');
    await page.getByRole('button', { name: 'Push', exact: true }).click();
    await page.getByText('This is not JSON').waitFor();
    await page.getByRole('textbox', { name: 'Data' }).fill('{"a":1}');
    await page.getByText('Options').click();
    await page.getByLabel('Idempotency key').fill('once');
    await page.getByRole('button', { name: 'Push', exact: true }).click();
    await results.getByText('to everybody').waitFor();
    await page.getByRole('button', { name: 'Push', exact: true }).click();
    await results.getByText('Pushed before').waitFor();
    await page.getByLabel('Message ID').fill('connect');
    await page.getByRole('button', { name: 'Push', exact: true }).click();
    await page.getByRole('alert').getByText('must not be one that the client protocol uses').first().waitFor();
  });

  test('the keyboard is enough', async () => {
    const page = await open(server.consoleUrl);
    await page.getByText('Live', { exact: true }).waitFor();
    await page.keyboard.press('Tab');
    await page.getByText('Skip to the page').waitFor();
    for (let i = 0; i < 3; i++) await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Users' }).waitFor();
    await page.getByLabel('Name of a user').focus();
    await page.keyboard.type('erin');
    await page.keyboard.press('Enter');
    await page.getByText('erin is offline').waitFor();
  });

  test('a phone, light and dark: nothing is wider than the screen, and a room takes the place of the list', async () => {
    await person(server, 'a-name-without-any-space-'.repeat(4), 'a-room-without-any-space-'.repeat(4));
    for (const colorScheme of ['light', 'dark']) {
      const page = await open(`${server.consoleUrl}#/rooms`, { viewport: { width: 360, height: 640 }, colorScheme });
      const wide = () => page.evaluate(() => Math.max(document.documentElement.scrollWidth, document.querySelector('.page').scrollWidth));
      await page.getByRole('link', { name: /a-room-without/ }).click();
      await page.getByRole('link', { name: /a-name-without/ }).waitFor();
      assert.equal(await wide(), 360);
      assert.equal(await page.getByLabel('Name begins with').isVisible(), false);
      await page.getByRole('link', { name: /a-name-without/ }).click();
      await page.getByText('1 connection', { exact: true }).waitFor();
      assert.equal(await wide(), 360);
      for (const name of ['Overview', 'Push']) {
        await place(page, name).click();
        await page.getByRole('heading', { name, exact: true }).waitFor();
        assert.equal(await wide(), 360);
      }
    }
  });
});

describe('the console of a server with a key', { skip: executable ? false : 'no STANDALONE_EXE' }, () => {
  let server;

  before(async () => {
    browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: flags });
    server = await startStandalone(executable, { WEB_API_KEY: key });
  });
  afterEach(closeAll);
  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  test('asks for the key, keeps it for the tab, and forgets it', async () => {
    const page = await open(server.consoleUrl);
    await page.getByRole('heading', { name: 'The console needs a key' }).waitFor();
    await page.getByRole('button', { name: 'Open' }).click();
    await page.getByRole('alert').getByText('Please type or paste the key').waitFor();
    await page.getByLabel('API key').fill('wrong');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('This key does not open the API').waitFor();
    await page.getByLabel('API key').fill(key);
    await page.keyboard.press('Enter');
    await page.getByText('Live', { exact: true }).waitFor();
    await page.reload();
    await page.getByText('Live', { exact: true }).waitFor();
    assert.deepEqual(await page.evaluate(() => [Object.keys(localStorage), Object.keys(sessionStorage)]), [[], ['api-key']]);

    await page.getByRole('button', { name: 'Forget the API key' }).click();
    await page.getByRole('heading', { name: 'The console needs a key' }).waitFor();
    assert.equal(await page.evaluate(() => sessionStorage.length), 0);
  });
});
