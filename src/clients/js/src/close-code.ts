/** Hints and rules of close codes: protocol/codes.md. */

const comeBackCodes = new Set([1001, 1006, 1011, 1012, 1013]);

export const CloseCode = { normal: 1000, abnormal: 1006, tokenExpired: 3006 } as const;

/** Whether a client may come back by itself after this close code. */
export function comesBack(code: number): boolean {
  return (code >= 3000 && code <= 3499) || comeBackCodes.has(code);
}

export interface CloseHints {
  /** Milliseconds to wait at least. */
  retryMs?: number;
  /** `host:port` of the node to try next. */
  node?: string;
}

/** Reads `retry_ms=…` and `node=…` out of a close reason; what is malformed counts as absent. */
export function parseHints(reason: string): CloseHints {
  const hints: CloseHints = {};
  const retry = /(?:^|[\s;,])retry_ms=(\d{1,9})(?![\w.])/.exec(reason);
  if (retry) hints.retryMs = Number(retry[1]);
  const node = /(?:^|[\s;,])node=([A-Za-z0-9.-]+(?::\d{1,5})?|\[[0-9A-Fa-f:.]+\](?::\d{1,5})?)(?=$|[\s;,])/.exec(reason);
  if (node) hints.node = node[1]!;
  return hints;
}
