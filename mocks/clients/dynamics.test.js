// dynamics-web-api, unchanged, against the Dynamics 365 mock.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { DynamicsWebApi } from 'dynamics-web-api';
import { Mock } from './mock.js';

let mock, api, logins;

async function token() {
  logins++;
  const res = await fetch(`${mock.url}/tenant/oauth2/v2.0/token`, {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'client_credentials', client_id: mock.client_id, client_secret: mock.client_secret, scope: `${mock.url}/.default` }),
  });
  if (!res.ok) throw new Error(`login: ${res.status} ${await res.text()}`);
  return (await res.json()).access_token;
}

before(async () => { mock = await Mock.start('dynamics', '--seed', '7'); });
after(() => mock.stop());
beforeEach(async () => {
  await mock.control('POST', '/v1/reset');
  logins = 0;
  let current;
  api = new DynamicsWebApi({ serverUrl: mock.url, dataApi: { version: '9.2' }, onTokenRefresh: async () => (current ??= await token()) });
});

const make = (data) => api.create({ collection: 'contacts', data, returnRepresentation: true });

test('creates, reads, updates and deletes a contact', async () => {
  const made = await make({ firstname: 'Ada', lastname: 'Lovelace' });
  assert.ok(made.contactid);
  const read = await api.retrieve({ collection: 'contacts', key: made.contactid, select: ['firstname', 'lastname'] });
  assert.equal(read.lastname, 'Lovelace');
  const changed = await api.update({ collection: 'contacts', key: made.contactid, data: { firstname: 'Augusta' }, returnRepresentation: true, select: ['firstname'] });
  assert.equal(changed.firstname, 'Augusta');
  await api.deleteRecord({ collection: 'contacts', key: made.contactid });
  await assert.rejects(api.retrieve({ collection: 'contacts', key: made.contactid }), { status: 404 });
});

test('an update of nobody makes nobody', async () => {
  await assert.rejects(
    api.update({ collection: 'contacts', key: '00000000-0000-4000-8000-000000000001', data: { firstname: 'Ghost' } }),
    { status: 404 },
  );
});

test('a stale ETag is a 412', async () => {
  const made = await make({ lastname: 'Lovelace' });
  await mock.edit({ as: 'user', by: 'sam', record: made.contactid, set: { firstname: 'Sam was here' } });
  // The client turns the vendor's 412 into false, and no other status.
  assert.equal(await api.update({ collection: 'contacts', key: made.contactid, data: { firstname: 'Late' }, ifmatch: made['@odata.etag'] }), false);
  assert.equal((await mock.record(made.contactid)).fields.firstname, 'Sam was here');
});

test('upserts', async () => {
  const id = '00000000-0000-4000-8000-000000000002';
  await api.upsert({ collection: 'contacts', key: id, data: { lastname: 'Hopper' } });
  await api.upsert({ collection: 'contacts', key: id, data: { firstname: 'Grace' } });
  const fields = (await mock.record(id)).fields;
  assert.equal(fields.firstname, 'Grace');
  assert.equal(fields.lastname, 'Hopper');
});

test('reads a query of several pages', async () => {
  for (let i = 0; i < 25; i++) await mock.control('POST', '/v1/records', { set: { lastname: `N${String(i).padStart(2, '0')}` } });
  const first = await api.retrieveMultiple({ collection: 'contacts', select: ['lastname'], orderBy: ['lastname'], maxPageSize: 10, count: true });
  assert.equal(first.value.length, 10);
  assert.equal(first['@odata.count'], 25);
  const all = await api.retrieveAll({ collection: 'contacts', select: ['lastname'], orderBy: ['lastname'] });
  assert.equal(all.value.length, 25);
  const some = await api.retrieveMultiple({ collection: 'contacts', select: ['lastname'], filter: "startswith(lastname,'N1') and lastname ne 'N10'", top: 3 });
  assert.deepEqual(some.value.map((c) => c.lastname).sort(), ['N11', 'N12', 'N13']);
});

test('a batch of changes is all or none', async () => {
  api.startBatch();
  api.create({ collection: 'contacts', data: { lastname: 'One' } });
  api.create({ collection: 'contacts', data: { lastname: 'Two' } });
  await api.executeBatch();
  assert.equal((await mock.control('GET', '/v1/status')).records, 2);
  api.startBatch();
  api.create({ collection: 'contacts', data: { lastname: 'Three' } });
  api.create({ collection: 'contacts', data: { nonsense: 'Four' } });
  const refused = await api.executeBatch();
  assert.equal(refused.length, 1);
  assert.equal(refused[0].status, 400);
  assert.equal((await mock.control('GET', '/v1/status')).records, 2);
});

test('an expired token is a 401', async () => {
  await make({ lastname: 'Before' });
  await mock.control('POST', '/v1/tokens/revoke');
  await assert.rejects(make({ lastname: 'After' }), { status: 401 });
  assert.equal(logins, 1);
});

test('the service protection limit is a 429 with Retry-After', async () => {
  await mock.faults({ throttle: { every: 1, retry_after: '7' } });
  await assert.rejects(make({ lastname: 'Late' }), (err) => {
    assert.equal(err.status, 429);
    assert.equal(err.headers?.['retry-after'] ?? '7', '7');
    assert.match(err.code ?? err.message, /8007232/i);
    return true;
  });
});

test('reads the definition of the table', async () => {
  const table = await api.retrieveEntity({ key: "LogicalName='contact'", select: ['LogicalName', 'EntitySetName'] });
  assert.equal(table.EntitySetName, 'contacts');
  const attributes = await api.retrieveAttributes({ entityKey: "LogicalName='contact'", select: ['LogicalName', 'AttributeType'] });
  assert.ok(attributes.value.some((a) => a.LogicalName === 'lastname'));
});

test('a malformed filter is refused as the vendor does', async () => {
  await assert.rejects(api.retrieveMultiple({ collection: 'contacts', filter: 'lastname eq' }), { status: 400 });
  await assert.rejects(api.retrieveMultiple({ collection: 'contacts', select: ['nonsense'] }), { status: 400 });
});
