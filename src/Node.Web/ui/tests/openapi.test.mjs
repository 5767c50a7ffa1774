// The API's description is a valid OpenAPI 3.1 document. That it says what is, tests/Node.Tests/Web checks.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { Validator } from '@seriousme/openapi-schema-validator';

const read = async () => JSON.parse(await readFile(new URL('../../Api/openapi.json', import.meta.url), 'utf8'));

test('openapi.json is valid OpenAPI 3.1', async () => {
  const validator = new Validator();
  const { valid, errors } = await validator.validate(await read());
  assert.ok(valid, JSON.stringify(errors, null, 2));
  assert.equal(validator.version, '3.1');
});

test('the check sees what is wrong', async () => {
  const document = await read();
  delete document.paths['/api/kick'].post.responses['200'].description;
  assert.equal((await new Validator().validate(document)).valid, false);
});

test('every reference leads somewhere, and nothing is left over', async () => {
  const document = await read();
  const used = new Set([...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/(\w+)\/(\w+)"/g)].map((found) => `${found[1]}/${found[2]}`));
  const kinds = ['schemas', 'responses'];
  const there = new Set(kinds.flatMap((kind) => Object.keys(document.components[kind]).map((name) => `${kind}/${name}`)));
  assert.deepEqual([...used].sort(), [...there].sort());
});
