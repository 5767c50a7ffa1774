import { ErrorCode, PushError } from '@node-push/client';

const limitBytes = 128;

/** What is wrong with a name for a user or a room; empty when nothing is. */
export function nameTrouble(what: string, name: string): string {
  if (name === '') return `Please type ${what}.`;
  if (new TextEncoder().encode(name).length > limitBytes) return `That is too long: ${what} has at most ${limitBytes} bytes.`;
  return /[\u0000-\u001f\u007f]/.test(name) ? `There is a control character in ${what}; please type it anew.` : '';
}

/** An error for a person: what happened, and what to do next. */
export function explain(error: unknown, whom = 'This person'): string {
  if (!(error instanceof PushError)) return `Something went wrong: ${String(error)}`;
  return known(error.code, whom) ?? `${error.reason} (${error.code})`;
}

function known(code: number, whom: string): string | undefined {
  switch (code) {
    case ErrorCode.requestTimeout: return 'No answer from the server. Check the connection and try again.';
    case ErrorCode.connectionLost: return 'The connection broke before the answer came; it may have arrived.';
    case ErrorCode.closed: return 'The connection is closed.';
    case ErrorCode.queueFull: return 'Too much is waiting for the connection. Try again when you are online.';
    case ErrorCode.unauthorized:
    case 3500: return 'The server did not accept this name. Choose another one, or open the page with a valid ?token=.';
    case ErrorCode.permissionDenied: return 'You are not allowed to do that here. Ask whoever runs this server.';
    case ErrorCode.notAMember: return 'You are not in this room any more. Join it again.';
    case ErrorCode.limitExceeded: return 'That is over a limit of the server. Leave a room, or wait a moment.';
    case ErrorCode.tokenExpired:
    case 3006: return 'Your session has expired. Open the page with a fresh ?token=.';
    case ErrorCode.userOffline: return `${whom} is not online, so this was not delivered.`;
    case ErrorCode.tooLarge:
    case 1009: return 'This message is too long. Shorten it and try again.';
    case 3502: return 'You were disconnected by an operator.';
    default: return undefined;
  }
}
