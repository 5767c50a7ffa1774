import { nameTrouble } from '../texts';
import { pathName } from './api';

export type Target = 'user' | 'room' | 'everybody';

export const targets: Record<Target, string> = { user: 'A user', room: 'A room', everybody: 'Everybody' };

/** A push as it is being written. */
export interface Draft {
  target: Target;
  name: string;
  kind: 'text' | 'json';
  data: string;
  sender: string;
  messageId: string;
  key: string;
}

export const emptyDraft: Draft = { target: 'room', name: '', kind: 'text', data: '', sender: '', messageId: '', key: '' };

export function pathOf({ target, name }: Draft): string {
  return target === 'everybody' ? '/api/broadcast' : `/api/push/${target}/${pathName(name.trim())}`;
}

export function bodyOf({ target, kind, data, sender, messageId, key }: Draft): Record<string, unknown> {
  return {
    data: kind === 'json' ? (JSON.parse(data) as unknown) : data,
    ...(sender.trim() && { user: sender.trim() }),
    ...(target !== 'room' && messageId.trim() && { message_id: messageId.trim() }),
    ...(key.trim() && { idempotency_key: key.trim() }),
  };
}

/** By field: what is wrong, as far as this page can see it. */
export function fieldTrouble({ target, name, kind, data }: Draft): Record<string, string> {
  const troubles: Record<string, string> = {};
  const wrongName = target === 'everybody' ? '' : nameTrouble(target === 'user' ? 'a user’s name' : 'a room’s name', name.trim());
  if (wrongName) troubles['name'] = wrongName;
  const wrongData = kind === 'json' ? jsonTrouble(data) : data === '' ? 'Please type a message.' : '';
  if (wrongData) troubles['data'] = wrongData;
  return troubles;
}

function jsonTrouble(text: string): string {
  if (text.trim() === '') return 'Please type a JSON value.';
  try {
    JSON.parse(text);
    return '';
  } catch (error) {
    return `This is not JSON: ${(error as Error).message}`;
  }
}
