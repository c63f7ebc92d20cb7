// emulate's GitHub in this process, from a seed file, on the loopback interface only.
//
//   node emulate_run.mjs --seed seed.yaml --port 4001 --base-url http://127.0.0.1:4050 --key app.pem \
//                        --hook http://127.0.0.1:4555/webhooks/github --secret s3cret --lifetime 1800
//
// Prints one line of JSON when ready. On standard input, "reset" puts the seed back; the process ends with that input,
// on a signal, or when its lifetime is over. --base-url is the address that clients use (a proxy in front). Packages are
// looked up from the current folder. createEmulator makes up the App's key, which the command line refuses to do.
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import readline from 'node:readline';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const args = {};
for (let i = 2; i < process.argv.length; i += 2) args[process.argv[i].replace(/^--/, '')] = process.argv[i + 1];
setTimeout(() => process.exit(0), Number(args.lifetime) * 1000).unref();

// emulate has no option for the interface and would listen on all of them; nor does it wait until it listens.
const listen = net.Server.prototype.listen;
const listening = new Promise((resolve) => {
  net.Server.prototype.listen = function (port) { return listen.call(this, port, '127.0.0.1', resolve); };
});

const here = createRequire(pathToFileURL(path.join(process.cwd(), 'x.js')));
const { createEmulator } = await import(pathToFileURL(path.join(process.cwd(), 'node_modules/emulate/dist/api.js')));
const seed = here('yaml').parse(fs.readFileSync(args.seed, 'utf8'));
const app = seed.github.apps[0];
app.webhook_url = args.hook;
app.webhook_secret = args.secret;
const github = await createEmulator({ service: 'github', port: Number(args.port), baseUrl: args['base-url'], seed });
const key = github.generatedSecrets.find((secret) => secret.kind === 'github.app_private_key').value;
fs.writeFileSync(args.key, key, { mode: 0o600 });
await listening;
console.log(JSON.stringify({ ready: true }));

for await (const line of readline.createInterface({ input: process.stdin })) {
  if (line.trim() === 'reset') {
    github.reset();
    console.log(JSON.stringify({ ready: true }));
  }
}
process.exit(0);
