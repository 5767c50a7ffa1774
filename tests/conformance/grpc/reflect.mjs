// Lists the services of a server, learns one by reflection alone and calls it, as grpcurl does.
// usage: node reflect.mjs - ADDRESS TOKEN VERSION REFLECTION_DESCRIPTORS SERVICE METHOD REQUEST_JSON
// Prints {"services": [...], "answer": {...}}.
import { readFileSync } from 'node:fs';
import grpc from '@grpc/grpc-js';
import { loadFileDescriptorSetFromBuffer } from '@grpc/proto-loader';

const [, address, token, version, file, service, method, request] = process.argv.slice(2);
const credentials = grpc.credentials.createInsecure();
const metadata = new grpc.Metadata();
if (token) metadata.set('authorization', `Bearer ${token}`);

// The client class of a service, out of a serialised FileDescriptorSet.
function load(set, name) {
  const contract = grpc.loadPackageDefinition(loadFileDescriptorSetFromBuffer(set, { keepCase: true, longs: String, enums: String, defaults: true }));
  return name.split('.').reduce((inner, part) => inner[part], contract);
}

const reflection = new (load(readFileSync(file), `grpc.reflection.${version}.ServerReflection`))(address, credentials);
const call = reflection.ServerReflectionInfo(metadata);

function ask(question) {
  call.write(question);
  return new Promise((resolve, reject) => {
    call.once('data', resolve);
    call.once('error', reject);
  });
}

const listed = await ask({ list_services: '' });
const found = await ask({ file_containing_symbol: service });
call.end();
reflection.close();

// A FileDescriptorSet is its files one after another, each as field 1.
const set = found.file_descriptor_response.file_descriptor_proto.map(bytes => {
  const length = [];
  let rest = bytes.length;
  for (; rest > 127; rest >>= 7) length.push((rest & 127) | 128);
  return Buffer.concat([Buffer.from([10, ...length, rest]), bytes]);
});
const client = new (load(Buffer.concat(set), service))(address, credentials);
client[method](JSON.parse(request), metadata, (error, answer) => {
  if (error) throw error;
  console.log(JSON.stringify({ services: listed.list_services_response.service.map(item => item.name), answer }));
  client.close();
});
