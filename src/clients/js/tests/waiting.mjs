import { setTimeout as pause } from 'node:timers/promises';

/** The next event of that name. */
export function next(client, name) {
  return new Promise((resolve) => {
    const off = client.on(name, (event) => {
      off();
      resolve(event);
    });
  });
}

/** Resolves when the condition holds; fails after 5 s. */
export async function until(condition) {
  const deadline = Date.now() + 5000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`waited in vain for ${condition}`);
    await pause(2);
  }
}
