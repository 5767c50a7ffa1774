/** The one message shape, both ways: protocol/client.proto. Absent fields have their default value. */
export interface Message {
  /** The route: `join`, `publish`, ... or an application's own. At most 64 bytes of UTF-8. */
  message_id: string;
  /** The client's number for a request, repeated in its reply. Absent: no reply wanted. */
  seq?: number;
  room?: string;
  user?: string;
  /** The number of a message in its room, within one epoch. */
  offset?: number;
  /** One life of a room: offsets of different epochs do not compare. */
  epoch?: string;
  /** Any JSON value, or a `Uint8Array` for bytes that are not JSON. */
  data?: unknown;
  error?: { code: number; reason: string };
}

/** A message of a room as the application sees it. */
export interface RoomMessage {
  readonly room: string;
  /** Who published it. */
  readonly user: string;
  readonly offset: number;
  /** The life of the room that `offset` counts in; together they name the message. */
  readonly epoch: string;
  readonly data: unknown;
}

/** A message from one user to another. */
export interface DirectMessage {
  /** Who sent it. */
  readonly user: string;
  readonly data: unknown;
}
