/**
 * What can go wrong, by number. 100 and up come from the server (protocol/codes.md);
 * below 100 the client itself says that a request got no answer.
 */
export const ErrorCode = {
  /** No reply in time. The request may have been carried out. */
  requestTimeout: 1,
  /** The connection broke before the reply. The request may have been carried out. */
  connectionLost: 2,
  /** The client was closed, or the server said not to come back. */
  closed: 3,
  /** Too many requests wait, either for a connection or for a reply. Nothing was sent. */
  queueFull: 4,
  /** The server sent something that cannot be read. */
  badMessage: 5,

  internal: 100,
  unauthorized: 101,
  unknownRoute: 102,
  permissionDenied: 103,
  notAMember: 104,
  limitExceeded: 106,
  badRequest: 107,
  tokenExpired: 109,
  userOffline: 111,
  timeout: 112,
  tooLarge: 113,
} as const;

/** Every failure that this library reports. */
export class PushError extends Error {
  override readonly name = 'PushError';

  constructor(
    /** One of {@link ErrorCode}, or a close code (1000 and up) where a connection ended for good. */
    readonly code: number,
    readonly reason: string,
  ) {
    super(`${reason} (${code})`);
  }
}
