CREATE TABLE IF NOT EXISTS rooms (
  name TEXT NOT NULL PRIMARY KEY,
  since_ms BIGINT NOT NULL,
  metadata TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS controller_term (
  id INT NOT NULL PRIMARY KEY,
  term BIGINT NOT NULL
);
INSERT INTO controller_term (id, term) SELECT 1, 0 FROM (SELECT 1 AS one) AS once WHERE NOT EXISTS (SELECT 1 FROM controller_term WHERE id = 1);
