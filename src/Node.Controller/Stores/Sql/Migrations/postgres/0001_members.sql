CREATE TABLE IF NOT EXISTS nodes (
  id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  incarnation BIGINT NOT NULL,
  grpc_address TEXT NOT NULL,
  client_url TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS connections (
  node TEXT COLLATE "C" NOT NULL,
  number BIGINT NOT NULL,
  user_name TEXT COLLATE "C" NOT NULL,
  since_ms BIGINT NOT NULL,
  PRIMARY KEY (node, number)
);
CREATE TABLE IF NOT EXISTS memberships (
  node TEXT COLLATE "C" NOT NULL,
  number BIGINT NOT NULL,
  room TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (node, number, room)
);
