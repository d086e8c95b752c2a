// The vendor's own client, unchanged, against the Genesys Cloud mock.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import { after, before, beforeEach, test } from 'node:test';
import platformClient from 'purecloud-platform-client-v2';
import WebSocket from 'ws';
import { Mock } from './mock.js';

let mock, contacts, notifications, hook;
const received = [];

before(async () => {
  hook = createServer((req, res) => {
    let body = '';
    req.on('data', (part) => { body += part; }).on('end', () => {
      received.push({ headers: req.headers, body });
      res.writeHead(200).end();
      hook.emit('notice');
    });
  });
  await new Promise((resolve) => hook.listen(0, '127.0.0.1', resolve));
  mock = await Mock.start('genesys', '--seed', '7', '--webhook', `http://127.0.0.1:${hook.address().port}/cc`);
  const client = platformClient.ApiClient.instance;
  const at = new URL(mock.url);
  client.setGateway({ host: at.hostname, protocol: 'http', port: at.port });
  contacts = new platformClient.ExternalContactsApi();
  notifications = new platformClient.NotificationsApi();
});
after(async () => {
  await mock.stop();
  await new Promise((resolve) => hook.close(resolve));
});
beforeEach(async () => {
  await mock.control('POST', '/v1/reset');
  received.length = 0;
  await platformClient.ApiClient.instance.loginClientCredentialsGrant(mock.client_id, mock.client_secret);
});

test('creates, reads, replaces and deletes a contact', async () => {
  const made = await contacts.postExternalcontactsContacts({ firstName: 'Ada', lastName: 'Lovelace', workPhone: { display: '(415) 555-0123' } });
  assert.equal(made.workPhone.e164, '+14155550123');
  const read = await contacts.getExternalcontactsContact(made.id);
  assert.equal(read.lastName, 'Lovelace');
  const put = await contacts.putExternalcontactsContact(made.id, { ...read, firstName: 'Augusta' });
  assert.equal(put.firstName, 'Augusta');
  await contacts.deleteExternalcontactsContact(made.id);
  await assert.rejects(contacts.getExternalcontactsContact(made.id), { status: 404 });
});

test('patches single fields', async () => {
  const made = await contacts.postExternalcontactsContacts({ firstName: 'Ada', lastName: 'Lovelace' });
  const patched = await contacts.patchExternalcontactsContact(made.id, { changes: [{ field: '$.firstName', value: 'Augusta', action: 'Update' }] });
  assert.equal(patched.firstName, 'Augusta');
  assert.equal(patched.lastName, 'Lovelace');
});

test('searches and scans in pages', async () => {
  for (let i = 0; i < 25; i++) await contacts.postExternalcontactsContacts({ firstName: 'Page', lastName: `N${i}` });
  const first = await contacts.getExternalcontactsContacts({ pageSize: 10, pageNumber: 1, q: 'Page' });
  assert.equal(first.entities.length, 10);
  assert.equal(first.total, 25);
  const third = await contacts.getExternalcontactsContacts({ pageSize: 10, pageNumber: 3, q: 'Page' });
  assert.equal(third.entities.length, 5);
  let seen = 0, cursor;
  do {
    const page = await contacts.getExternalcontactsScanContacts({ limit: 10, cursor });
    seen += page.entities.length;
    cursor = page.cursors?.after;
  } while (cursor);
  assert.equal(seen, 25);
});

test('looks a contact up by an identifier', async () => {
  const made = await contacts.postExternalcontactsContacts({ firstName: 'Ada', workPhone: { display: '+1 415 555 0123' } });
  const found = await contacts.postExternalcontactsIdentifierlookupContacts({ type: 'Phone', value: '+14155550123' });
  assert.equal(found.id, made.id);
});

test('enriches: creates first, updates then', async () => {
  const body = (firstName) => ({ action: 'Upsert', matchingIdentifiers: [{ type: 'Email', value: 'ada@example.test' }], contact: { firstName, workEmail: 'ada@example.test' } });
  const made = await contacts.postExternalcontactsContactsEnrich(body('Ada'));
  const again = await contacts.postExternalcontactsContactsEnrich(body('Augusta'));
  assert.equal(again.id, made.id);
  assert.equal((await mock.record(made.id)).fields.firstName, 'Augusta');
});

test('merges contacts into a new one', async () => {
  const one = await contacts.postExternalcontactsContacts({ firstName: 'One', workPhone: { display: '+1 415 555 0123' } });
  const two = await contacts.postExternalcontactsContacts({ firstName: 'Two', workPhone: { display: '+1 415 555 0199' } });
  const merged = await contacts.postExternalcontactsContactsMerge({ contactIds: [one.id, two.id], valueOverride: { title: 'Merged' } });
  assert.notEqual(merged.id, one.id);
  assert.equal(merged.firstName, 'Two');
  assert.equal(merged.title, 'Merged');
  assert.equal(merged.cellPhone.e164, '+14155550123');
  const read = await contacts.getExternalcontactsContact(two.id);
  assert.equal(read.mergedTo.id, merged.id);
  await assert.rejects(contacts.postExternalcontactsMergeContacts({ sourceContactId: merged.id, targetContactId: merged.id }), { status: 409 });
});

test('a bulk fails in part, in any order', async () => {
  const one = await contacts.postExternalcontactsContacts({ firstName: 'One' });
  const made = await contacts.postExternalcontactsBulkContactsAdd({ entities: [{ firstName: 'A' }, { firstName: 'x'.repeat(1001) }, { firstName: 'C' }] });
  assert.equal(made.results.length, 3);
  assert.equal(made.results.filter((r) => r.success).length, 2);
  assert.equal(made.errorCount, 1);
  const gone = await contacts.postExternalcontactsBulkContactsRemove({ entities: [{ id: one.id }, { id: '00000000-0000-4000-8000-000000000000' }] });
  assert.equal(gone.results.find((r) => r.id === one.id).success, true);
  assert.equal(gone.errorCount, 1);
});

test('reads the schema of custom fields', async () => {
  const all = await contacts.getExternalcontactsContactsSchemas();
  assert.ok(all.entities[0].jsonSchema.properties);
  const one = await contacts.getExternalcontactsContactsSchema(all.entities[0].id);
  assert.equal(one.id, all.entities[0].id);
});

test('an expired token is a 401', async () => {
  await mock.control('POST', '/v1/tokens/revoke');
  await assert.rejects(contacts.getExternalcontactsContacts(), { status: 401 });
});

test('a limit is a 429 with Retry-After', async () => {
  await mock.faults({ throttle: { every: 1, retry_after: '3' } });
  await assert.rejects(contacts.getExternalcontactsContacts(), (err) => {
    assert.equal(err.status, 429);
    assert.equal(err.code, 'too.many.requests');
    return true;
  });
});

test('a lost permission is a 403 that names it', async () => {
  await mock.faults({ revoked: ['externalContacts:contact:add'] });
  await assert.rejects(contacts.postExternalcontactsContacts({ firstName: 'Ada' }), (err) => {
    assert.equal(err.status, 403);
    assert.match(err.message, /externalContacts:contact:add/);
    return true;
  });
});

test('a webhook is signed with the secret', async () => {
  const came = new Promise((resolve) => hook.once('notice', resolve));
  await mock.edit({ as: 'agent', by: 'maria', set: { firstName: 'Ada' } });
  await came;
  const expected = 'sha256=' + createHmac('sha256', mock.webhook_secret).update(received[0].body).digest('base64');
  assert.equal(received[0].headers['x-hub-signature-256'], expected);
});

// connect opens a channel's websocket; next is its next message of a topic.
async function connect(channel) {
  const socket = new WebSocket(channel.connectUri);
  const messages = [], waiting = [];
  socket.on('message', (data) => {
    messages.push(JSON.parse(data));
    waiting.splice(0).forEach((wake) => wake());
  });
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  socket.next = async (topic) => {
    for (;;) {
      const at = messages.findIndex((m) => m.topicName === topic);
      if (at >= 0) return messages.splice(at, 1)[0];
      await new Promise((resolve) => waiting.push(resolve));
    }
  };
  return socket;
}

test("an agent's edit arrives on a notification channel", async () => {
  const made = await contacts.postExternalcontactsContacts({ firstName: 'Ada' });
  const topic = `v2.externalcontacts.contacts.${made.id}`;
  const channel = await notifications.postNotificationsChannels();
  assert.ok(new Date(channel.expires) > new Date());
  await notifications.headNotificationsChannel(channel.id);
  const subscribed = await notifications.putNotificationsChannelSubscriptions(channel.id, [{ id: topic }]);
  assert.deepEqual(subscribed.entities.map((e) => [e.id, e.state]), [[topic, 'Permitted']]);
  const socket = await connect(channel);
  await mock.edit({ as: 'agent', by: 'maria', record: made.id, set: { firstName: 'Augusta' } });
  const event = await socket.next(topic);
  assert.equal(event.version, '2');
  assert.equal(event.eventBody.id, made.id);
  assert.equal(event.eventBody.firstName, 'Augusta');
  socket.send(JSON.stringify({ message: 'ping' }));
  assert.equal((await socket.next('channel.metadata')).eventBody.message, 'pong');

  await notifications.deleteNotificationsChannelSubscriptions(channel.id);
  assert.deepEqual((await notifications.getNotificationsChannelSubscriptions(channel.id)).entities, []);
  socket.close();
});

test('the 21st channel is the end of one that nobody uses', async () => {
  const first = await notifications.postNotificationsChannels();
  const socket = await connect(first);
  const second = await notifications.postNotificationsChannels();
  for (let i = 0; i < 19; i++) await notifications.postNotificationsChannels();
  assert.equal((await notifications.getNotificationsChannels()).entities.length, 20);
  await notifications.headNotificationsChannel(first.id);
  await assert.rejects(() => notifications.headNotificationsChannel(second.id)); // a HEAD's error has no body, which is all the client tells
  await assert.rejects(notifications.getNotificationsChannelSubscriptions(second.id), { status: 404 });
  const closed = new Promise((resolve) => socket.once('close', resolve));
  await mock.control('POST', '/v1/tokens/revoke');
  assert.equal(await closed, 1001);
});
