// The real thing under the browser tests: the built standalone process on free ports.
import { spawn } from 'node:child_process';

/** Starts the process that STANDALONE_EXE names; resolves when it says where the chat is. */
export async function startStandalone(executable) {
  const child = spawn(executable, [], {
    env: { ...process.env, HTTP_PORT: '0', WEB_PORT: '0', METRICS_PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  const url = await new Promise((resolve, reject) => {
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
      const found = /Listening for chat on (\S+)/.exec(output);
      if (found) resolve(found[1]);
    });
    exited.then((code) => reject(new Error(`${executable} ended with ${code} before it was up:\n${output}`)));
  });
  return {
    url,
    async stop() {
      child.kill('SIGTERM');
      await exited;
    },
  };
}
