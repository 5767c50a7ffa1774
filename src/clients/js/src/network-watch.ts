/** Calls back when a browser says that the network came or went; elsewhere never. Returns what ends it. */
export function watchNetwork(online: () => void, offline: () => void): () => void {
  if (typeof globalThis.addEventListener !== 'function') return () => {};
  globalThis.addEventListener('online', online);
  globalThis.addEventListener('offline', offline);
  return () => {
    globalThis.removeEventListener('online', online);
    globalThis.removeEventListener('offline', offline);
  };
}
