// Reads a stream that does not end. usage: node hang.mjs PROBE_PROTO ADDRESS TOKEN
// Prints "waiting" after its first message, and "ended CODE" when it is over.
import grpc from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';

const [file, address, token] = process.argv.slice(2);
const { probe } = grpc.loadPackageDefinition(loadSync(file));
const client = new probe.Probe(address, grpc.credentials.createInsecure());
const metadata = new grpc.Metadata();
metadata.set('authorization', `Bearer ${token}`);
const call = client.Count({ number: 1, wait: true }, metadata);
call.on('data', () => console.log('waiting'));
call.on('error', error => {
  console.log(`ended ${error.code}`);
  client.close();
});
