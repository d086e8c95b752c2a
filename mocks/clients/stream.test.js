// jsforce's streaming client with its replay extension, unchanged, against the
// change events of the Salesforce mock.
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import jsforce from 'jsforce';
import { StreamingExtension } from 'jsforce/lib/api/streaming.js';
import { Mock } from './mock.js';

const channel = '/data/ContactChangeEvent';
let mock, org, clients;

async function login() {
  const conn = new jsforce.Connection({ instanceUrl: mock.url, oauth2: { loginUrl: mock.url, clientId: mock.client_id, clientSecret: mock.client_secret }, callOptions: { client: 'test' }, version: '60.0' });
  await conn.authorize({ grant_type: 'client_credentials' });
  return conn;
}

// Listener is a subscription whose events are taken one by one.
class Listener {
  constructor(replay, { name = channel, extensions = [], conn = org } = {}) {
    this.events = [];
    this.waiting = [];
    this.client = conn.streaming.createClient([new StreamingExtension.Replay(name, replay), ...extensions]);
    clients.push(this.client);
    this.subscription = this.client.subscribe(name, (event) => {
      const waiting = this.waiting.shift();
      if (waiting) waiting(event); else this.events.push(event);
    });
  }

  async ready() { await this.subscription; return this; }

  next() {
    if (this.events.length > 0) return Promise.resolve(this.events.shift());
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('no event came')), 10_000);
      this.waiting.push((event) => { clearTimeout(timer); resolve(event); });
    });
  }
}

const select = (...objects) => mock.control('PUT', '/v1/settings', { change_events: objects });
const create = (fields) => org.sobject('Contact').create(fields).then((r) => r.id);

before(async () => { mock = await Mock.start('salesforce', '--seed', '7'); });
after(() => mock.stop());
beforeEach(async () => {
  await mock.control('POST', '/v1/reset');
  await select('Contact');
  clients = [];
  org = await login();
});
afterEach(() => Promise.all(clients.map((c) => c.disconnect())));

test('tells of a change as it happens', async () => {
  const id = await create({ LastName: 'Lovelace', FirstName: 'Ada', Title: 'Countess' });
  const listener = await new Listener(-1).ready();
  await org.sobject('Contact').update({ Id: id, FirstName: 'Augusta', Title: null });
  const event = await listener.next();
  const header = event.payload.ChangeEventHeader;
  assert.deepEqual(header.recordIds, [id]);
  assert.equal(header.entityName, 'Contact');
  assert.equal(header.changeType, 'UPDATE');
  assert.equal(header.changeOrigin, 'com/salesforce/api/rest/60.0;client=test');
  assert.deepEqual([...header.changedFields].sort(), ['LastModifiedDate', 'Name.FirstName', 'Sync_Version__c', 'Title']);
  assert.deepEqual(event.payload.Name, { FirstName: 'Augusta' });
  assert.equal(event.payload.Title, null);
  assert.ok(event.event.replayId > 0);
});

test('a person in the vendor\'s pages is another origin', async () => {
  const listener = await new Listener(-1).ready();
  const id = await mock.edit({ as: 'user', by: 'sam', set: { LastName: 'Hopper' } });
  const { payload } = await listener.next();
  assert.deepEqual(payload.ChangeEventHeader.recordIds, [id]);
  assert.equal(payload.ChangeEventHeader.changeType, 'CREATE');
  assert.ok(!payload.ChangeEventHeader.changeOrigin.includes('client=test'));
});

test('replays what was missed, and all that is kept', async () => {
  const first = await new Listener(-1).ready();
  await create({ LastName: 'One' });
  const seen = await first.next();
  await first.client.disconnect();
  await create({ LastName: 'Two' });
  await create({ LastName: 'Three' });
  const again = new Listener(seen.event.replayId);
  assert.equal((await again.next()).payload.Name.LastName, 'Two');
  assert.equal((await again.next()).payload.Name.LastName, 'Three');
  const all = new Listener(-2);
  assert.equal((await all.next()).payload.Name.LastName, 'One');
});

test('a replay id that is too old is refused', async () => {
  const listener = await new Listener(-1).ready();
  await create({ LastName: 'Old' });
  const { event } = await listener.next();
  await mock.control('PUT', '/v1/clock', { offset: '73h' });
  org = await login();
  await assert.rejects(new Listener(event.replayId).ready(), /400::The replayId \{\d+\} you provided was invalid/);
});

test('one event tells of all that a request changed alike', async () => {
  const ids = [await create({ LastName: 'One' }), await create({ LastName: 'Two' })];
  const listener = await new Listener(-1).ready();
  await org.sobject('Contact').destroy(ids);
  const { payload } = await listener.next();
  assert.equal(payload.ChangeEventHeader.changeType, 'DELETE');
  assert.deepEqual(payload.ChangeEventHeader.recordIds, ids);
});

test('a gap says which record changed, and not how', async () => {
  const listener = await new Listener(-1).ready();
  await mock.faults({ change_events: 'gap' });
  const id = await create({ LastName: 'Lost' });
  const { payload } = await listener.next();
  assert.equal(payload.ChangeEventHeader.changeType, 'GAP_CREATE');
  assert.deepEqual(payload.ChangeEventHeader.recordIds, [id]);
  assert.equal(payload.Name, undefined);
});

test('nothing is told of an object that is not selected', async () => {
  await select();
  await create({ LastName: 'Silent' });
  await select('Contact');
  await create({ LastName: 'Told' });
  assert.equal((await new Listener(-2).next()).payload.Name.LastName, 'Told');
});

test('the object is selected through the Tooling API', async () => {
  await select();
  const made = await org.tooling.create('PlatformEventChannelMember', {
    FullName: 'ChangeEvents_ContactChangeEvent', Metadata: { eventChannel: 'ChangeEvents', selectedEntity: 'ContactChangeEvent' },
  });
  assert.equal(made.success, true);
  const listener = await new Listener(-1, { name: '/data/ChangeEvents' }).ready();
  const id = await create({ LastName: 'Told' });
  assert.deepEqual((await listener.next()).payload.ChangeEventHeader.recordIds, [id]);
});

test('subscribing needs the channel, and the permission', async () => {
  await assert.rejects(new Listener(-1, { name: '/data/NothingChangeEvent' }).ready(), /400::The channel .* does not exist/);
  await mock.faults({ revoked: ['View All Data'] });
  await assert.rejects(new Listener(-1).ready(), { code: 403 });
});

test('a session that is revoked ends the stream', async () => {
  let failed;
  const failure = new Promise((resolve) => { failed = resolve; });
  await new Listener(-1, { extensions: [new StreamingExtension.AuthFailure(failed)] }).ready();
  await mock.control('POST', '/v1/tokens/revoke');
  const message = await failure;
  assert.equal(message.channel, '/meta/connect');
  assert.equal(message.error, '401::Authentication invalid');
  clients = []; // there is no session to take leave of
});

test('a client of a server that is gone shakes hands again, and misses nothing', async () => {
  const listener = await new Listener(-1).ready();
  await create({ LastName: 'Before' });
  assert.equal((await listener.next()).payload.Name.LastName, 'Before');
  const snapshot = await mock.control('GET', '/v1/snapshot');
  await mock.control('PUT', '/v1/snapshot', snapshot);
  await create({ LastName: 'After' });
  assert.equal((await listener.next()).payload.Name.LastName, 'After');
});
