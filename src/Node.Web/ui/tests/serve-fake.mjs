// The built page over the SDK's small fake node: to work on the page without .NET. `npm ci && npm run build` in
// ../../clients/js first. Prints the address; `startFake` is the same for scripts.
import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FakeNode } from '../../../clients/js/tests/fake-node.mjs';

const dist = fileURLToPath(new URL('../dist', import.meta.url));
const types = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };

export async function startFake(port = 0) {
  const node = new FakeNode(async (request, response) => {
    const path = new URL(request.url, 'http://x').pathname;
    if (path === '/api/connect-info') return response.end(JSON.stringify({ url: node.url }));
    try {
      const content = await readFile(dist + path);
      response.writeHead(200, {
        'content-type': types[extname(path)] ?? 'application/octet-stream',
        'content-security-policy': `default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self' ws://127.0.0.1:${node.port}`,
      });
      response.end(content);
    } catch {
      response.writeHead(404).end();
    }
  });
  await node.listen(port);
  return node;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const node = await startFake(Number(process.env.PORT ?? 8086));
  console.log(`http://127.0.0.1:${node.port}/chat.html`);
}
