'use strict';
// npm ws as its users tune it: NODE_ENV=production, one process (Node.js has one loop a process).
// --tls CERT KEY: with TLS; --deflate: with permessage-deflate.
// Run with --expose-gc so that /gc works.
const fs = require('fs');
const http = require('http');
const https = require('https');
const { WebSocket, WebSocketServer } = require('ws');

const port = Number(process.argv[2] || 9004);
const [mode, certificate, key] = process.argv.slice(3);
const perMessageDeflate = mode === '--deflate' && { serverNoContextTakeover: true, threshold: 256 };
const options = { noServer: true, perMessageDeflate, clientTracking: false, maxPayload: 64 * 1024 };
const echo = new WebSocketServer(options);
const room = new WebSocketServer({ ...options, clientTracking: true });

echo.on('connection', (socket) => {
  socket.on('error', () => socket.terminate());
  socket.on('message', (data, binary) => socket.send(data, { binary }));
});

room.on('connection', (socket) => {
  socket.on('error', () => socket.terminate());
  socket.on('message', (data, binary) => {
    for (const member of room.clients) {
      if (member.readyState === WebSocket.OPEN) member.send(data, { binary });
    }
  });
});

const answer = (request, response) => {
  if (request.url === '/gc' && global.gc) global.gc();
  response.end();
};
const server =
  mode === '--tls'
    ? https.createServer({ cert: fs.readFileSync(certificate), key: fs.readFileSync(key) }, answer)
    : http.createServer(answer);
server.on('upgrade', (request, socket, head) => {
  const target = request.url === '/echo' ? echo : request.url === '/room' ? room : null;
  if (!target) return socket.destroy();
  target.handleUpgrade(request, socket, head, (client) => target.emit('connection', client));
});
server.listen({ port, host: '127.0.0.1', backlog: 4096 }, () => console.log(`listening ${port}`));
for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => process.exit(0));
