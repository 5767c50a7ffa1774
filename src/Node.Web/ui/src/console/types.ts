/** What the HTTP API answers; openapi.json has the words for each field. */
export interface Totals {
  nodes: number;
  connections: number;
  users: number;
  rooms: number;
  members: number;
}

export interface NodeInfo {
  node: string;
  state: 'starting' | 'ready' | 'draining' | 'lost';
  connections: number;
  users: number;
  client_url?: string;
  version?: string;
  since_ms?: number;
}

export interface Part {
  name: string;
  role: string;
  state: 'ok' | 'behind' | 'away';
  detail: string;
}

export interface RoomEntry {
  room: string;
  members: number;
  user_count: number;
}

export interface RoomPage {
  rooms: RoomEntry[];
  next?: string;
}

export interface RoomInfo extends RoomEntry {
  users: string[];
  nodes: Record<string, number>;
  metadata: Record<string, string>;
  since_ms?: number;
}

export interface Connection {
  node: string;
  client: string;
  generation: number;
  rooms: string[];
  since_ms?: number;
}

export interface UserInfo {
  user: string;
  connections: Connection[];
}

export interface PushResult {
  nodes: number;
  connections: number;
  unknown: string[];
  failed_nodes: string[];
  repeated: boolean;
  offset?: number;
  epoch?: string;
}
