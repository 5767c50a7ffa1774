// A node in miniature, on npm ws: enough of protocol/client.md to test a client and to work on a page without .NET.
import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';
import { jsonCodec } from '../dist/json-codec.js';
import { protoCodec } from '../dist/proto-codec.js';

export class FakeNode {
  rooms = new Map();
  sessions = new Set();
  /** Every message that came in, with the session it came from: for assertions. */
  received = [];
  /** Tests replace or add routes here: (session, message) => reply fields, or undefined for no reply. */
  routes = new Map();
  historySize = 100;
  heartbeatMs = 25_000;

  /** `http` serves what is not `/ws`. */
  constructor(http = (_, response) => response.writeHead(404).end()) {
    this.server = createServer(http);
    this.sockets = new WebSocketServer({ noServer: true });
    this.server.on('upgrade', (request, socket, head) => {
      this.sockets.handleUpgrade(request, socket, head, (webSocket) => this.accept(webSocket, request));
    });
  }

  async listen(port = 0) {
    await new Promise((resolve) => this.server.listen(port, '127.0.0.1', resolve));
    return this;
  }

  get port() {
    return this.server.address().port;
  }

  get url() {
    return `ws://127.0.0.1:${this.port}/ws`;
  }

  async stop() {
    for (const session of this.sessions) session.socket.terminate();
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  /** Closes the connections of a user (of everybody without one). */
  disconnect(code, reason = '', user = undefined) {
    for (const session of this.sessions) {
      if (user !== undefined && session.user !== user) continue;
      if (code === 1006) session.socket.terminate();
      else session.socket.close(code, reason);
      this.remove(session);
    }
  }

  /** All rooms are new ones, as after a restart. */
  forgetRooms() {
    this.rooms.clear();
  }

  publish(name, user, data, { deliver = true } = {}) {
    const room = this.room(name);
    const message = { user, offset: ++room.offset, data };
    room.history.push(message);
    if (room.history.length > this.historySize) room.history.shift();
    if (deliver) this.toRoom(room, { message_id: 'publish', room: name, ...message });
    return room.offset;
  }

  room(name) {
    let room = this.rooms.get(name);
    if (!room) {
      room = { name, offset: 0, epoch: Math.random().toString(36).slice(2, 8), history: [], members: new Set() };
      this.rooms.set(name, room);
    }
    return room;
  }

  accept(socket, request) {
    const codec = request.headers['sec-websocket-protocol'] === protoCodec.subprotocol ? protoCodec : jsonCodec;
    const session = { socket, codec, user: new URL(request.url, 'ws://x').searchParams.get('user') ?? '', rooms: new Set() };
    session.send = (message) => socket.readyState === 1 && socket.send(codec.encode(message));
    this.sessions.add(session);
    socket.on('message', (data, binary) => {
      this.receive(session, codec.decode(binary ? new Uint8Array(data).buffer : String(data)));
    });
    socket.on('close', () => this.remove(session));
    if (session.user) session.send({ message_id: 'connect', ...this.welcome(session) });
  }

  receive(session, message) {
    if (!this.sessions.has(session)) return;
    this.received.push({ session, message });
    const route = this.routes.get(message.message_id) ?? builtIn[message.message_id];
    const reply = route ? route.call(this, session, message) : fail(102, 'unknown route');
    if (reply === undefined || (!message.seq && !reply.error)) return;
    const { after, ...fields } = reply;
    session.send({ message_id: message.message_id, ...(message.seq && { seq: message.seq }), ...fields });
    after?.();
  }

  welcome(session) {
    return { user: session.user, data: { client: 'c1', node: 'fake', version: 1, heartbeat_ms: this.heartbeatMs } };
  }

  toRoom(room, message) {
    for (const session of room.members) session.send(message);
  }

  users(room) {
    return [...new Set([...room.members].map((session) => session.user))];
  }

  remove(session) {
    this.sessions.delete(session);
    for (const name of session.rooms) this.leave(session, name);
  }

  leave(session, name) {
    const room = this.room(name);
    session.rooms.delete(name);
    room.members.delete(session);
    if (!this.users(room).includes(session.user)) this.toRoom(room, { message_id: 'left', room: name, user: session.user });
  }
}

const fail = (code, reason) => ({ error: { code, reason } });

const builtIn = {
  connect(session, message) {
    session.user = message.user ?? message.data?.token ?? '';
    return this.welcome(session);
  },

  ping: () => ({}),

  join(session, message) {
    const room = this.room(message.room);
    const isNew = !this.users(room).includes(session.user);
    const missed = room.history.filter((old) => old.offset > (message.offset ?? 0));
    const recovered = message.epoch === room.epoch && missed.length === room.offset - (message.offset ?? 0);
    if (isNew) this.toRoom(room, { message_id: 'joined', room: room.name, user: session.user });
    room.members.add(session);
    session.rooms.add(room.name);
    const users = this.users(room);
    return {
      room: room.name,
      offset: room.offset,
      epoch: room.epoch,
      data: { count: users.length, users: users.slice(0, 200), recovered },
      after: () => {
        if (!recovered) return;
        for (const old of missed) session.send({ message_id: 'publish', room: room.name, ...old });
      },
    };
  },

  leave(session, message) {
    if (!session.rooms.has(message.room)) return fail(104, 'not a member');
    this.leave(session, message.room);
    return { room: message.room };
  },

  publish(session, message) {
    if (!session.rooms.has(message.room)) return fail(104, 'not a member');
    return { room: message.room, offset: this.publish(message.room, session.user, message.data) };
  },

  direct(session, message) {
    const targets = [...this.sessions].filter((other) => other.user === message.user);
    if (targets.length === 0) return fail(111, `${message.user} is not connected`);
    for (const target of targets) target.send({ message_id: 'direct', user: session.user, data: message.data });
    return { data: { connections: targets.length } };
  },

  history(session, message) {
    if (!session.rooms.has(message.room)) return fail(104, 'not a member');
    const room = this.room(message.room);
    const messages = room.history.filter((old) => old.offset > (message.offset ?? 0)).slice(0, message.data?.limit ?? 100);
    return { room: room.name, offset: room.offset, epoch: room.epoch, data: { messages } };
  },

  presence(session, message) {
    if (!session.rooms.has(message.room)) return fail(104, 'not a member');
    const users = this.users(this.room(message.room));
    return { room: message.room, data: { count: users.length, users: users.slice(0, 200) } };
  },
};
