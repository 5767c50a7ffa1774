// Learns the probe service by reflection alone and calls it. usage: node reflect.mjs - ADDRESS TOKEN VERSION REFLECTION_PROTO
// Prints the number that the service was asked to repeat.
import assert from 'node:assert/strict';
import grpc from '@grpc/grpc-js';
import { loadFileDescriptorSetFromBuffer, loadSync } from '@grpc/proto-loader';

const [, address, token, version, file] = process.argv.slice(2);
const credentials = grpc.credentials.createInsecure();
const metadata = new grpc.Metadata();
metadata.set('authorization', `Bearer ${token}`);

const { ServerReflection } = grpc.loadPackageDefinition(loadSync(file, { keepCase: true })).grpc.reflection[version];
const reflection = new ServerReflection(address, credentials);
const call = reflection.ServerReflectionInfo(metadata);

function ask(request) {
  call.write(request);
  return new Promise((resolve, reject) => {
    call.once('data', resolve);
    call.once('error', reject);
  });
}

const listed = await ask({ list_services: '' });
assert.ok(listed.list_services_response.service.some(service => service.name === 'probe.Probe'));
const found = await ask({ file_containing_symbol: 'probe.Probe' });
call.end();
reflection.close();

// A FileDescriptorSet is its files one after another, each as field 1.
const set = found.file_descriptor_response.file_descriptor_proto.map(bytes => {
  const length = [];
  let rest = bytes.length;
  for (; rest > 127; rest >>= 7) length.push((rest & 127) | 128);
  return Buffer.concat([Buffer.from([10, ...length, rest]), bytes]);
});
const { probe } = grpc.loadPackageDefinition(loadFileDescriptorSetFromBuffer(Buffer.concat(set)));
const client = new probe.Probe(address, credentials);
client.Echo({ number: 42 }, metadata, (error, answer) => {
  if (error) throw error;
  console.log(answer.number);
  client.close();
});
