import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Backoff } from '../dist/backoff.js';
import { comesBack, parseHints } from '../dist/close-code.js';
import { jsonCodec } from '../dist/json-codec.js';
import { protoCodec } from '../dist/proto-codec.js';
import { Reconnect } from '../dist/reconnect.js';
import { RoomSequence } from '../dist/room-sequence.js';

test('the pause doubles to its cap, with jitter over all of it', () => {
  const longest = new Backoff(500, 30_000, () => 0.999999);
  assert.deepEqual(Array.from({ length: 8 }, () => longest.next()), [499, 999, 1999, 3999, 7999, 15999, 29999, 29999]);
  longest.reset();
  assert.equal(longest.next(), 499);
  assert.equal(new Backoff(500, 30_000, () => 0).next(), 0);
});

test('a hint is the least pause, and is bounded', () => {
  const backoff = new Backoff(500, 30_000, () => 0.5);
  assert.equal(backoff.next(2000), 2250);
  assert.equal(backoff.next(1e9), 300_500);
});

test('close codes come back as the catalogue says', () => {
  const all = [1000, 1001, 1002, 1003, 1005, 1006, 1007, 1009, 1011, 1012, 1013, 2999, 3000, 3008, 3499, 3500, 3502, 4000];
  assert.deepEqual(all.filter(comesBack), [1001, 1006, 1011, 1012, 1013, 3000, 3008, 3499]);
});

test('hints are read from a close reason, malformed ones are not', () => {
  assert.deepEqual(parseHints('drain retry_ms=1500 node=n2.example:8083'), { retryMs: 1500, node: 'n2.example:8083' });
  assert.deepEqual(parseHints('node=[::1]:8083'), { node: '[::1]:8083' });
  assert.deepEqual(parseHints('retry_ms=-5 node=evil.example/path?x'), {});
  assert.deepEqual(parseHints(''), {});
});

test('a hinted node takes the place of the host alone, for one attempt, and of none where that is not wanted', () => {
  const urlsAfter = (url, reason, ...follows) => {
    const reconnect = new Reconnect(url, new Backoff(), () => {}, ...follows);
    reconnect.schedule(reason);
    reconnect.cancel();
    return [reconnect.takeUrl(), reconnect.takeUrl()];
  };
  const url = 'wss://push.example:8443/ws?a=b';
  assert.deepEqual(urlsAfter(url, 'drain node=n2.example:8083'), ['wss://n2.example:8083/ws?a=b', url]);
  assert.deepEqual(urlsAfter(url, 'drain node=n2.example'), ['wss://n2.example/ws?a=b', url]);
  assert.deepEqual(urlsAfter(url, 'drain node=ws://n2.example/'), [url, url]);
  assert.deepEqual(urlsAfter(url, 'drain node=n2.example:8083', false), [url, url]);
});

test('both codecs give back what they were given', () => {
  const error = { code: 107, reason: 'é' };
  for (const codec of [jsonCodec, protoCodec]) {
    for (const data of [null, 0, 'text ü', [1, { a: true }], Uint8Array.of(200, 201), undefined]) {
      const message = { message_id: 'publish', seq: 300, room: 'r', user: 'u', offset: 2 ** 52, epoch: 'e', ...(data !== undefined && { data }) };
      const frame = codec.encode(message);
      assert.deepEqual(codec.decode(typeof frame === 'string' ? frame : frame.buffer), message);
    }
  }
  const withError = Uint8Array.of(10, 1, 0x78, 66, 6, 8, 107, 18, 2, 0xc3, 0xa9, 0x7a, 1, 0).buffer;
  assert.deepEqual(protoCodec.decode(withError), { message_id: 'x', error });
});

test('proto frames cut anywhere are errors or shorter messages, never more', () => {
  const whole = protoCodec.encode({ message_id: 'publish', seq: 1e9, room: 'lobby', data: { a: 1 } });
  for (let length = 0; length < whole.length; length++) {
    try {
      protoCodec.decode(whole.slice(0, length).buffer);
    } catch (error) {
      assert.ok(error instanceof RangeError || error instanceof TypeError, String(error));
    }
  }
  assert.throws(() => protoCodec.decode(Uint8Array.of(8, ...Array(11).fill(0xff)).buffer), RangeError);
  assert.throws(() => jsonCodec.decode('{"seq":1}'), TypeError);
  assert.throws(() => jsonCodec.decode('nonsense'), SyntaxError);
});

// Whatever the node drops, doubles or reorders around a join: each offset is delivered or in a gap, once, in order.
test('a room sequence delivers or reports every offset once, in order', () => {
  for (let seed = 1; seed <= 500; seed++) {
    const random = generator(seed);
    const log = [];
    const pending = [];
    const sequence = new RoomSequence('r', {
      deliver: (message) => log.push([message.offset, message.offset]),
      gap: (gap) => log.push([gap.from, gap.to]),
      hole: (after) => pending.push(after),
    });
    const message = (offset) => ({ room: 'r', user: 'u', offset, data: offset });
    const answer = () => {
      const after = pending.shift();
      const kept = Math.max(after, top - 8);
      const limit = 1 + Math.floor(random() * 5);
      sequence.fill(Array.from({ length: Math.min(limit, top - kept) }, (_, n) => message(kept + 1 + n)));
    };
    let top = Math.floor(random() * 5);
    const start = top;
    sequence.hold();
    sequence.open(top, 'e', false);
    for (let step = 0; step < 60; step++) {
      const dice = random();
      if (dice < 0.6) sequence.push(message(++top));
      else if (dice < 0.75) top++;
      else if (dice < 0.85) sequence.push(message(Math.max(1, top - Math.floor(random() * 4))));
      else if (dice < 0.95 && pending.length > 0) answer();
      else if (dice >= 0.97) {
        pending.length = 0;
        sequence.hold();
        sequence.open(top, 'e', false);
      }
    }
    sequence.push(message(++top));
    while (pending.length > 0) answer();
    let expected = start + 1;
    for (const [from, to] of log) {
      assert.equal(from, expected, `seed ${seed}: ${JSON.stringify(log)}`);
      expected = to + 1;
    }
    assert.equal(expected, top + 1, `seed ${seed}`);
  }
});

function generator(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
