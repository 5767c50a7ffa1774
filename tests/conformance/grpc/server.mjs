// The probe service on grpc-js. usage: node server.mjs PROBE_PROTO TOKEN
// Prints "listening PORT", and "cancelled" whenever a client has cancelled a call that waits.
import grpc from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';

const [file, token] = process.argv.slice(2);
const { probe } = grpc.loadPackageDefinition(loadSync(file, { keepCase: true, longs: Number, defaults: true }));

function answer(call, ask) {
  const deadline = call.getDeadline();
  const left = deadline === Infinity ? 0 : Math.max(1, deadline - Date.now());
  return {
    data: ask.size ? Buffer.alloc(ask.size, 'x') : ask.data,
    number: ask.number,
    text: call.metadata.get('probe-text')[0] ?? '',
    bin: call.metadata.get('probe-bin')[0] ?? Buffer.alloc(0),
    left_ms: left,
  };
}

function failure(ask) {
  const metadata = new grpc.Metadata();
  metadata.set('probe-trailer', 'trailer text');
  metadata.set('probe-trailer-bin', Buffer.from([0, 255]));
  return { code: ask.code, details: ask.message, metadata };
}

const refusal = call => (call.metadata.get('authorization')[0] === `Bearer ${token}`
  ? null
  : { code: grpc.status.UNAUTHENTICATED, details: 'the token is missing or wrong' });

function begin(call) {
  const metadata = new grpc.Metadata();
  metadata.set('probe-header', 'header text');
  call.sendMetadata(metadata);
  call.on('cancelled', () => console.log('cancelled'));
}

function echo(call, done) {
  const refused = refusal(call);
  if (refused) return done(refused);
  begin(call);
  const ask = call.request;
  if (ask.wait) return undefined;
  return ask.code ? done(failure(ask)) : done(null, answer(call, ask));
}

function sum(call, done) {
  const total = { number: 0, size: 0 };
  call.on('data', ask => {
    if (ask.code) done(failure(ask));
    total.number += ask.number;
    total.size += 1;
  });
  call.on('end', () => done(null, total));
}

function count(call) {
  begin(call);
  const ask = call.request;
  for (let number = 1; number <= ask.number; number += 1) call.write({ ...answer(call, ask), number });
  if (ask.wait) return;
  if (ask.code) call.emit('error', failure(ask));
  else call.end();
}

function chat(call) {
  begin(call);
  call.on('data', ask => {
    if (ask.code) call.emit('error', failure(ask));
    else if (!ask.wait) call.write(answer(call, ask));
  });
  call.on('end', () => call.end());
}

const server = new grpc.Server({ 'grpc.default_compression_algorithm': 2, 'grpc.max_receive_message_length': 4 * 1024 * 1024 });
server.addService(probe.Probe.service, { Echo: echo, Sum: sum, Count: count, Chat: chat });
server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  console.log(`listening ${port}`);
});
