// The reference engine as `syncproof serve` runs it, between two mocks.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const binary = process.env.SYNCPROOF ?? '../../bin/syncproof';
const run = promisify(execFile);

const wait = 30_000;

// until polls a condition, and fails with what is the case instead.
export async function until(what, holds, state = async () => '') {
  const deadline = Date.now() + wait;
  let last;
  while (Date.now() < deadline) {
    last = await holds();
    if (last) return last;
    await new Promise((again) => setTimeout(again, 25));
  }
  assert.fail(`not within ${wait / 1000} s: ${what}; instead: ${JSON.stringify(last)} ${await state()}`);
}

async function freePort() {
  const server = createServer();
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address();
  await new Promise((closed) => server.close(closed));
  return port;
}

export class Engine {
  // start serves between a Genesys mock and a CRM mock; cc are further keys of
  // systems.cc, of the configuration. It returns when the service is ready.
  static async start(kind, genesys, crm, cc = {}, webhooks = 0) {
    const engine = new Engine();
    engine.mocks = { cc: genesys, crm };
    engine.dir = await mkdtemp(join(tmpdir(), 'syncproof-clients-'));
    const admin = await freePort();
    const config = {
      systems: {
        cc: { kind: 'genesys', base_url: genesys.url, client_id: genesys.client_id, client_secret: 'env:CC_SECRET', poll: '1s', ...cc },
        crm: { kind, base_url: crm.url, client_id: crm.client_id, client_secret: 'env:CRM_SECRET', poll: '1s' },
      },
      mapping: resolve(`../../scenarios/mappings/genesys-${kind}.yaml`),
      // However slow the machine is, two edits in one test are simultaneous.
      policy: { simultaneous: 'review', tolerance: '5m' },
      listen: { webhooks: `127.0.0.1:${webhooks}`, admin: `127.0.0.1:${admin}` },
      store: { path: join(engine.dir, 'store.db') },
      console: { token: 'env:CONSOLE_TOKEN' },
      log: { level: 'warn' },
    };
    engine.file = join(engine.dir, 'syncproof.yaml');
    await writeFile(engine.file, JSON.stringify(config));
    engine.env = {
      ...process.env, CC_SECRET: genesys.client_secret, CRM_SECRET: crm.client_secret, HOOK_SECRET: genesys.webhook_secret,
      CONSOLE_TOKEN: 'a-token-for-the-console', SYNCPROOF_TOKEN: 'a-token-for-the-console', SYNCPROOF_SERVICE: `http://127.0.0.1:${admin}`,
    };
    // The store is free until the service holds it.
    engine.checked = await run(binary, ['serve', '--config', engine.file, '--check'], { env: engine.env }).then((said) => said.stdout, (err) => err.stdout + err.stderr);
    engine.admin = `http://127.0.0.1:${admin}`;
    engine.log = '';
    engine.child = spawn(binary, ['serve', '--config', engine.file], { env: engine.env, stdio: ['ignore', 'ignore', 'pipe'] });
    engine.child.stderr.on('data', (text) => { engine.log = (engine.log + text).slice(-4000); });
    engine.ended = new Promise((over) => engine.child.once('exit', over));
    await until('the service is ready', () => engine.status().then((s) => s?.ready), async () => engine.log);
    return engine;
  }

  async stop() {
    this.child.kill('SIGCONT');
    this.child.kill('SIGTERM');
    await this.ended;
    await rm(this.dir, { recursive: true, force: true });
  }

  async status() {
    if (this.child.exitCode !== null) throw new Error(`the service ended with ${this.child.exitCode}: ${this.log}`);
    return fetch(`${this.admin}/readyz`).then((res) => res.json(), () => undefined);
  }

  // whileStopped holds the process, so that what happens meanwhile is
  // simultaneous for it.
  async whileStopped(happens) {
    this.child.kill('SIGSTOP');
    try { return await happens(); } finally { this.child.kill('SIGCONT'); }
  }

  // review is `syncproof review ...`, with its answer as JSON.
  async review(...args) { return JSON.parse((await run(binary, ['review', ...args, '--json'], { env: this.env })).stdout); }

  // writes are the changes that the engine has committed, by side.
  async writes() {
    const by = {};
    for (const [side, mock] of Object.entries(this.mocks)) {
      const events = (await mock.control('GET', '/v1/journal')).trim().split('\n').map((line) => JSON.parse(line));
      by[side] = events.filter((e) => e.kind === 'commit' && e.actor === 'engine');
    }
    return by;
  }

  async polls() {
    const text = await fetch(`${this.admin}/metrics`).then((res) => res.text());
    const count = (side) => Number(text.match(new RegExp(`^syncproof_calls_total{result="ok",side="${side}",verb="poll"} (\\d+)`, 'm'))?.[1] ?? 0);
    return Math.min(count('cc'), count('crm'));
  }

  idle() { return until('the engine is idle', () => this.status().then((s) => s?.idle), async () => this.log); }

  // rests waits until the engine is idle and stays so for three polls of both
  // sides, and returns what it had written when it came to rest.
  async rests() {
    await this.idle();
    const before = await this.writes(), polls = await this.polls();
    await until('both sides are polled three times more', async () => await this.polls() >= polls + 3);
    const after = await this.writes();
    for (const side of ['cc', 'crm']) assert.deepEqual(after[side].slice(before[side].length), [], `the engine goes on writing to ${side}`);
    return before;
  }
}
