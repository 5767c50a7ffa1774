/** Where this page's node is. Throws a text for a person. */
export async function nodeUrl(): Promise<string> {
  let response: Response;
  try {
    response = await fetch('/api/connect-info', { cache: 'no-store' });
  } catch {
    throw new Error('The web server does not answer. Check that it runs, then try again.');
  }
  const info = response.ok ? ((await response.json()) as { url?: unknown }) : {};
  if (typeof info.url !== 'string') throw new Error(`The web server does not say where the node is (HTTP ${response.status}).`);
  return info.url;
}
