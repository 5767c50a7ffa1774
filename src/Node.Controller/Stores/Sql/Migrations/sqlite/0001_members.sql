CREATE TABLE IF NOT EXISTS nodes (
  id TEXT NOT NULL PRIMARY KEY,
  incarnation BIGINT NOT NULL,
  grpc_address TEXT NOT NULL,
  client_url TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS connections (
  node TEXT NOT NULL,
  number BIGINT NOT NULL,
  user_name TEXT NOT NULL,
  since_ms BIGINT NOT NULL,
  PRIMARY KEY (node, number)
);
CREATE TABLE IF NOT EXISTS memberships (
  node TEXT NOT NULL,
  number BIGINT NOT NULL,
  room TEXT NOT NULL,
  PRIMARY KEY (node, number, room)
);
