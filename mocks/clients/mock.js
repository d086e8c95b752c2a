// A mock that runs for one test file: the vendor's surface for the client
// under test, and the control plane for the test.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

const binary = process.env.SYNCPROOF ?? '../../bin/syncproof';

export class Mock {
  static async start(kind, ...args) {
    const child = spawn(binary, ['mock', kind, '--json', ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
    const lines = createInterface({ input: child.stdout });
    const [first] = await Promise.race([
      new Promise((resolve) => lines.once('line', (line) => resolve([line]))),
      new Promise((_, reject) => child.once('exit', (code) => reject(new Error(`the mock ended with ${code}`)))),
      new Promise((_, reject) => child.once('error', reject)),
    ]);
    return Object.assign(new Mock(), JSON.parse(first), { child });
  }

  stop() {
    return new Promise((resolve) => {
      this.child.once('exit', resolve);
      this.child.kill('SIGTERM');
    });
  }

  // control is one request to the control plane, which has to succeed.
  async control(method, path, body) {
    const res = await fetch(this.control_url + path, {
      method,
      headers: { authorization: `Bearer ${this.control_token}`, 'content-type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await res.text();
    if (!res.ok) throw new Error(`${method} ${path}: ${res.status} ${text}`);
    return text && res.headers.get('content-type') === 'application/json' ? JSON.parse(text) : text;
  }

  faults(on) { return this.control('PUT', '/v1/faults', on); }
  edit(what) { return this.control('POST', '/v1/edits', what).then((r) => r.id); }
  record(id) { return this.control('GET', `/v1/records/${id}`); }
}
