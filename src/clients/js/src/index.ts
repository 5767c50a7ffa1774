export { PushClient, type ClientEvents, type ClientState } from './client.js';
export type { Welcome } from './connection.js';
export type { DirectMessage, Message, RoomMessage } from './message.js';
export type { ClientOptions, WebSocketClass, WebSocketLike } from './options.js';
export { ErrorCode, PushError } from './push-error.js';
export { Room, type RoomHandlers, type RoomOptions } from './room.js';
export type { Gap } from './room-sequence.js';
