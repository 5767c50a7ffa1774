// The standalone process on free ports, as a user would start it.
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PATIENCE_MS = 30_000;

/**
 * Starts the process and waits until it listens.
 * @param {Record<string, string>} environment beside the ports and NODE_ECHO
 * @returns {Promise<{url: string, output: () => string, stop: () => Promise<number|null>}>} url is that of the origin, ws://host:port
 */
export async function startNode(environment = {}) {
  if (!process.env.STANDALONE_EXE) throw new Error('STANDALONE_EXE does not name the built process: see tests/README.md');
  const folder = await mkdtemp(join(tmpdir(), 'node-conformance-'));
  const child = spawn(process.env.STANDALONE_EXE, [], {
    cwd: folder,
    env: {
      ...process.env, HTTP_PORT: '0', GRPC_PORT: '0', CONTROLLER_GRPC_PORT: '0', PUSH_GRPC_PORT: '0', WEB_PORT: '0', METRICS_PORT: '0',
      NODE_ECHO: 'true', ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const exited = new Promise(resolve => child.once('exit', resolve));
  const url = await new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`the node does not listen:\n${output}`)), PATIENCE_MS);
    const read = chunk => {
      output += chunk;
      const listening = /WebSocket on (wss?:\/\/[^/\s]+)\/ws/.exec(output);
      if (listening) {
        clearTimeout(timer);
        resolve(listening[1]);
      }
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('error', reject);
    exited.then(code => reject(new Error(`the node ended with ${code}:\n${output}`)));
  });

  return {
    url,
    output: () => output,
    async stop() {
      child.kill('SIGTERM');
      const code = await exited;
      await rm(folder, { recursive: true });
      return code;
    },
  };
}
