// Calls our server through grpc-js. usage: node client.mjs PROBE_PROTO ADDRESS TOKEN [gzip]
// Prints "ok NAME" for each check; ends with 1 where one failed.
import assert from 'node:assert/strict';
import grpc from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';

const [file, address, token, gzip] = process.argv.slice(2);
const { probe } = grpc.loadPackageDefinition(loadSync(file, { keepCase: true, longs: Number, defaults: true }));
const options = gzip ? { 'grpc.default_compression_algorithm': 2 } : {};
const client = new probe.Probe(address, grpc.credentials.createInsecure(), options);
const limit = 4 * 1024 * 1024;

function metadata(entries = {}) {
  const made = new grpc.Metadata();
  made.set('authorization', `Bearer ${token}`);
  for (const [key, value] of Object.entries(entries)) made.set(key, value);
  return made;
}

/** The answer, with the call's `headers`; rejects with grpc-js's error. */
function echo(ask, { entries = {}, ...callOptions } = {}) {
  return new Promise((resolve, reject) => {
    let headers;
    client.Echo(ask, metadata(entries), callOptions, (error, answer) => {
      if (error) reject(error);
      else resolve({ ...answer, headers });
    }).on('metadata', received => { headers = received; });
  });
}

async function fails(promise, code) {
  const error = await promise.then(() => assert.fail('it did not fail'), reason => reason);
  assert.equal(error.code, code, error.message);
  return error;
}

async function all(stream) {
  const got = [];
  for await (const answer of stream) got.push(answer);
  return got;
}

const bytes = (size, value = 7) => Buffer.alloc(size, value);

const checks = {
  async 'unary, with metadata both ways'() {
    const answer = await echo({ data: bytes(3), number: 5 }, { entries: { 'probe-text': 'a text', 'probe-bin': Buffer.from([0, 1, 255]) } });
    assert.deepEqual(answer.data, bytes(3));
    assert.equal(answer.number, 5);
    assert.equal(answer.text, 'a text');
    assert.deepEqual(answer.bin, Buffer.from([0, 1, 255]));
    assert.deepEqual(answer.headers.get('probe-header'), ['header text']);
  },
  async 'an empty message'() {
    assert.equal((await echo({})).data.length, 0);
  },
  async 'a message just within the limit, and one beyond'() {
    const data = bytes(limit - 64);
    assert.ok((await echo({ data })).data.equals(data));
    await fails(echo({ data: bytes(limit) }), grpc.status.RESOURCE_EXHAUSTED);
    assert.equal((await echo({ number: 1 })).number, 1);
  },
  async 'an answer beyond the limit'() {
    await fails(echo({ size: limit }), grpc.status.RESOURCE_EXHAUSTED);
  },
  async 'an error, with its message and trailers'() {
    const error = await fails(echo({ code: grpc.status.NOT_FOUND, message: 'nötig: 100 % 世界' }), grpc.status.NOT_FOUND);
    assert.equal(error.details, 'nötig: 100 % 世界');
    assert.deepEqual(error.metadata.get('probe-trailer'), ['trailer text']);
    assert.deepEqual(error.metadata.get('probe-trailer-bin'), [Buffer.from([0, 255])]);
  },
  async 'a deadline'() {
    const { left_ms: left } = await echo({}, { deadline: Date.now() + 60_000 });
    assert.ok(left > 0 && left <= 60_000, `${left}`);
    await fails(echo({ wait: true }, { deadline: Date.now() + 100 }), grpc.status.DEADLINE_EXCEEDED);
  },
  async 'a wrong token'() {
    const error = await fails(echo({}, { entries: { authorization: 'Bearer wrong' } }), grpc.status.UNAUTHENTICATED);
    assert.match(error.details, /token/);
  },
  async 'an unknown method'() {
    const unknown = new Promise((resolve, reject) => {
      const nothing = value => value;
      client.makeUnaryRequest('/probe.Probe/Nothing', nothing, nothing, Buffer.alloc(0), metadata(), error => (error ? reject(error) : resolve()));
    });
    await fails(unknown, grpc.status.UNIMPLEMENTED);
  },
  async 'a stream there'() {
    const answer = await new Promise((resolve, reject) => {
      const call = client.Sum(metadata(), (error, sum) => (error ? reject(error) : resolve(sum)));
      for (let number = 1; number <= 100; number += 1) call.write({ number });
      call.end();
    });
    assert.equal(answer.number, 5050);
    assert.equal(answer.size, 100);
  },
  async 'a stream back'() {
    const numbers = (await all(client.Count({ number: 200, size: 5000 }, metadata()))).map(answer => answer.number);
    assert.deepEqual(numbers, Array.from({ length: 200 }, (_, i) => i + 1));
  },
  async 'a stream back that fails in the middle'() {
    const call = client.Count({ number: 3, code: grpc.status.ABORTED, message: 'enough' }, metadata());
    let got = 0;
    call.on('data', () => { got += 1; });
    const error = await new Promise(resolve => { call.on('error', resolve); });
    assert.equal(got, 3);
    assert.equal(error.code, grpc.status.ABORTED);
    assert.equal(error.details, 'enough');
  },
  async 'streams both ways, by turns'() {
    const call = client.Chat(metadata());
    for (let number = 1; number <= 50; number += 1) {
      call.write({ number, data: bytes(number * 100) });
      const answer = await new Promise(resolve => { call.once('data', resolve); });
      assert.equal(answer.number, number);
      assert.equal(answer.data.length, number * 100);
    }
    call.end();
    await all(call);
  },
  async 'a stream that the client breaks off'() {
    const call = client.Count({ number: 1, wait: true }, metadata());
    await new Promise(resolve => { call.once('data', resolve); });
    call.cancel();
    const error = await new Promise(resolve => { call.on('error', resolve); });
    assert.equal(error.code, grpc.status.CANCELLED);
  },
};

for (const [name, check] of Object.entries(checks)) {
  try {
    await check();
    console.log(`ok ${name}`);
  } catch (error) {
    console.log(`FAILED ${name}: ${error.stack}`);
    process.exitCode = 1;
  }
}

client.close();
