// What a Node service does: worker threads, child processes, file system, crypto, a server and a
// client. With "network" as argument over TCP on loopback, without over a UNIX socket.
const assert = require('node:assert');
const { execFileSync, fork, spawn } = require('node:child_process');
const crypto = require('node:crypto');
const fs = require('node:fs/promises');
const http = require('node:http');
const path = require('node:path');
const zlib = require('node:zlib');
const { isMainThread, parentPort, Worker } = require('node:worker_threads');

async function main() {
  const worker = new Worker(__filename);
  worker.postMessage(20);
  const answer = await new Promise((resolve) => worker.once('message', resolve));
  assert.equal(answer, 6765);
  await worker.terminate();

  assert.equal(execFileSync('sh', ['-c', 'echo child']).toString(), 'child\n');
  const child = spawn('cat');
  child.stdin.end('piped');
  assert.equal(await new Promise((resolve) => child.stdout.once('data', (d) => resolve(d.toString()))), 'piped');
  const forked = fork(__filename, ['forked']);
  assert.equal(await new Promise((resolve) => forked.once('message', resolve)), 'from the fork');

  const dir = await fs.mkdtemp(path.join(process.env.WORK, 'node-'));
  const changed = (async () => { for await (const event of fs.watch(dir)) return event.filename; })();
  await new Promise((resolve) => setTimeout(resolve, 20));
  await fs.writeFile(path.join(dir, 'a'), 'text');
  assert.equal(await changed, 'a');
  await fs.cp(dir, dir + '-copy', { recursive: true });
  await fs.rm(dir, { recursive: true });
  await new Promise((resolve) => crypto.pbkdf2('p', 's', 1000, 32, 'sha256', resolve));
  assert.equal(zlib.gunzipSync(zlib.gzipSync('zip')).toString(), 'zip');

  const server = http.createServer((request, response) => response.end('served ' + request.url));
  const where = process.argv[2] === 'network' ? { host: '127.0.0.1', port: 0 } : { path: process.env.WORK + '/node.sock' };
  await new Promise((resolve) => server.listen(where, resolve));
  const address = server.address();
  const target = typeof address === 'string' ? { socketPath: address } : { host: 'localhost', family: 4, port: address.port };
  const body = await new Promise((resolve, reject) => {
    http.get({ ...target, path: '/page' }, (reply) => reply.once('data', (d) => resolve(d.toString()))).on('error', reject);
  });
  console.log(body);
  server.close();
  console.log('node ok');
}

if (process.argv[2] === 'forked') {
  process.send('from the fork');
} else if (isMainThread) {
  main().then(() => process.exit(0), (error) => { console.error(error); process.exit(1); });
} else {
  const fibonacci = (n) => (n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2));
  parentPort.on('message', (n) => parentPort.postMessage(fibonacci(n)));
}
