// The real thing under the browser tests: the built standalone process on free ports.
import { spawn } from 'node:child_process';

/** Starts the process that STANDALONE_EXE names; resolves when it says where the chat and the console are. */
export async function startStandalone(executable, settings = {}) {
  const child = spawn(executable, [], {
    env: {
      ...process.env, HTTP_PORT: '0', GRPC_PORT: '0', CONTROLLER_GRPC_PORT: '0', CONTROLLER_STORE: 'none', PUSH_GRPC_PORT: '0',
      WEB_PORT: '0', METRICS_PORT: '0', ...settings,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  const [url, consoleUrl] = await new Promise((resolve, reject) => {
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
      const found = /Listening for chat on (\S+)[^]*Listening for console on (\S+)/.exec(output);
      if (found) resolve(found.slice(1));
    });
    exited.then((code) => reject(new Error(`${executable} ended with ${code} before it was up:\n${output}`)));
  });
  return {
    url,
    consoleUrl,
    async stop() {
      child.kill('SIGTERM');
      await exited;
    },
  };
}
