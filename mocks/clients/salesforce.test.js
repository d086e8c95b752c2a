// jsforce, unchanged, against the Salesforce mock.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import jsforce from 'jsforce';
import { Mock } from './mock.js';

let mock, org;

async function login() {
  const conn = new jsforce.Connection({ instanceUrl: mock.url, loginUrl: mock.url, oauth2: { loginUrl: mock.url, clientId: mock.client_id, clientSecret: mock.client_secret }, maxRequest: 10, version: '60.0' });
  await conn.authorize({ grant_type: 'client_credentials' });
  return conn;
}

before(async () => { mock = await Mock.start('salesforce', '--seed', '7'); });
after(() => mock.stop());
beforeEach(async () => {
  await mock.control('POST', '/v1/reset');
  org = await login();
});

test('creates, reads, updates and deletes a contact', async () => {
  const made = await org.sobject('Contact').create({ LastName: 'Lovelace', FirstName: 'Ada' });
  assert.equal(made.success, true);
  const read = await org.sobject('Contact').retrieve(made.id);
  assert.equal(read.LastName, 'Lovelace');
  const updated = await org.sobject('Contact').update({ Id: made.id, FirstName: 'Augusta' });
  assert.equal(updated.success, true);
  assert.equal((await mock.record(made.id)).fields.FirstName, 'Augusta');
  const gone = await org.sobject('Contact').destroy(made.id);
  assert.equal(gone.success, true);
  await assert.rejects(org.sobject('Contact').retrieve(made.id), { errorCode: 'ENTITY_IS_DELETED' });
});

test('upserts by an external id', async () => {
  const first = await org.sobject('Contact').upsert({ LastName: 'Hopper', Genesys_Contact_Id__c: 'g-1' }, 'Genesys_Contact_Id__c');
  assert.equal(first.success, true);
  assert.equal(first.created, true);
  const second = await org.sobject('Contact').upsert({ LastName: 'Hopper', FirstName: 'Grace', Genesys_Contact_Id__c: 'g-1' }, 'Genesys_Contact_Id__c');
  assert.equal(second.success, true);
  assert.equal((await mock.record(first.id)).fields.FirstName, 'Grace');
});

test('an external id that several contacts have is a choice', async () => {
  for (const name of ['One', 'Two']) await mock.control('POST', '/v1/records', { set: { LastName: name }, external: 'same' });
  await assert.rejects(
    org.sobject('Contact').upsert({ LastName: 'Three', Genesys_Contact_Id__c: 'same' }, 'Genesys_Contact_Id__c'),
    { errorCode: 'MULTIPLE_CHOICES' },
  );
});

test('reads a query of several pages', async () => {
  for (let i = 0; i < 450; i++) await mock.control('POST', '/v1/records', { set: { LastName: `N${String(i).padStart(3, '0')}` } });
  const names = [];
  await org.query("SELECT Id, LastName FROM Contact WHERE LastName LIKE 'N%' ORDER BY LastName", { autoFetch: true, maxFetch: 1000, headers: { 'Sforce-Query-Options': 'batchSize=200' } })
    .then((r) => names.push(...r.records.map((c) => c.LastName)));
  assert.equal(names.length, 450);
  assert.equal(names[449], 'N449');
});

test('a collection fails in part', async () => {
  const results = await org.sobject('Contact').create([{ LastName: 'Good' }, { FirstName: 'Nameless' }, { LastName: 'Fine' }], { allOrNone: false });
  assert.deepEqual(results.map((r) => r.success), [true, false, true]);
  assert.equal(results[1].errors[0].statusCode, 'REQUIRED_FIELD_MISSING');
  const ids = [results[0].id, results[2].id];
  const updated = await org.sobject('Contact').update([{ Id: ids[0], Title: 'A' }, { Id: ids[1], Title: 'B' }]);
  assert.deepEqual(updated.map((r) => r.success), [true, true]);
  const read = await org.sobject('Contact').retrieve(ids);
  assert.deepEqual(read.map((r) => r.Title), ['A', 'B']);
  const gone = await org.sobject('Contact').destroy(ids);
  assert.deepEqual(gone.map((r) => r.success), [true, true]);
});

test('all or none means none', async () => {
  const results = await org.sobject('Contact').create([{ LastName: 'Good' }, { FirstName: 'Nameless' }], { allOrNone: true });
  assert.deepEqual(results.map((r) => r.success), [false, false]);
  assert.equal((await mock.control('GET', '/v1/status')).records, 0);
});

test('an expired token is a session that the client renews', async () => {
  let refreshed = 0;
  const conn = new jsforce.Connection({
    instanceUrl: mock.url, accessToken: org.accessToken, version: '60.0',
    refreshFn: (_, done) => { refreshed++; login().then((c) => done(null, c.accessToken), done); },
  });
  await mock.control('POST', '/v1/tokens/revoke');
  const made = await conn.sobject('Contact').create({ LastName: 'After' });
  assert.equal(made.success, true);
  assert.equal(refreshed, 1);
});

test('the daily limit is a 403 with its code', async () => {
  await mock.faults({ daily_remaining: 0 });
  await assert.rejects(org.sobject('Contact').create({ LastName: 'Late' }), { errorCode: 'REQUEST_LIMIT_EXCEEDED' });
});

test('reports the use of the API', async () => {
  await org.sobject('Contact').create({ LastName: 'Counted' });
  assert.ok(org.limitInfo.apiUsage.used > 0);
  assert.ok(org.limitInfo.apiUsage.limit >= org.limitInfo.apiUsage.used);
});

test('describes the object', async () => {
  const d = await org.sobject('Contact').describe();
  const external = d.fields.find((f) => f.name === 'Genesys_Contact_Id__c');
  assert.equal(external.externalId, true);
  assert.equal(d.fields.find((f) => f.name === 'LastName').nillable, false);
});

test('a stale base version is refused by the validation rule', async () => {
  const made = await org.sobject('Contact').create({ LastName: 'Lovelace', Sync_Version__c: 3 });
  await assert.rejects(
    org.sobject('Contact').update({ Id: made.id, Title: 'X', Sync_Base_Version__c: 2 }),
    { errorCode: 'FIELD_CUSTOM_VALIDATION_EXCEPTION' },
  );
});

test('lists what was updated and deleted', async () => {
  const made = await org.sobject('Contact').create({ LastName: 'Seen' });
  const start = new Date(Date.now() - 3600_000).toISOString(), end = new Date(Date.now() + 120_000).toISOString();
  const updated = await org.sobject('Contact').updated(start, end);
  assert.ok(updated.ids.includes(made.id));
  await org.sobject('Contact').destroy(made.id);
  const deleted = await org.sobject('Contact').deleted(start, end);
  assert.ok(deleted.deletedRecords.some((r) => r.id === made.id));
});

test('a malformed query is refused as the vendor does', async () => {
  await assert.rejects(org.query('SELECT FROM Contact'), { errorCode: 'MALFORMED_QUERY' });
  await assert.rejects(org.query('SELECT Nonsense FROM Contact'), { errorCode: 'INVALID_FIELD' });
});

test('a duplicate is refused with what it is one of, until somebody insists', async () => {
  await mock.control('PUT', '/v1/settings', { duplicate_rules: [{ name: 'Emails', fields: ['Email'] }] });
  const first = await org.sobject('Contact').create({ LastName: 'Lovelace', Email: 'ada@example.com' });
  const again = { LastName: 'Byron', Email: 'ada@example.com' };
  await assert.rejects(org.sobject('Contact').create(again), (err) => {
    assert.equal(err.errorCode, 'DUPLICATES_DETECTED');
    assert.equal(err.data.duplicateResut.matchResults[0].matchRecords[0].record.Id, first.id);
    return true;
  });
  const insisted = await org.sobject('Contact').create(again, { headers: { 'Sforce-Duplicate-Rule-Header': 'allowSave=true' } });
  assert.equal(insisted.success, true);
});

test('every required field that is missing is named', async () => {
  await mock.control('PUT', '/v1/settings', { fields: [{ field: 'Email', required: true }] });
  await assert.rejects(org.sobject('Contact').create({ FirstName: 'Ada' }), { errorCode: 'REQUIRED_FIELD_MISSING', message: /LastName, Email/ });
  const d = await org.sobject('Contact').describe();
  assert.equal(d.fields.find((f) => f.name === 'Email').nillable, false);
});
