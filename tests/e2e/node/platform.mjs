// Plays the platform against an edge with the platform's own token libraries, so that what the edge
// accepts does not rest on our reading of them alone.
//
//   node platform.mjs MODE PLAN.json     with REALM_NODE_MODULES, the folder of the packages
//
// Prints one line of JSON for each case. Modes: accept, tamper (requests to the edge: name, status
// and body of each answer), move (the same, of a whole migration), qsh (random requests with their canonical form and hash).

import { createHmac, createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(process.env.REALM_NODE_MODULES + '/.');
const jwt = require('atlassian-jwt');
const jose = require('jose');

const [mode, planPath] = process.argv.slice(2);
const plan = JSON.parse(readFileSync(planPath, 'utf8'));
const publicPem = () => createPublicKey(plan.privateKey).export({ type: 'spki', format: 'pem' });
const now = () => Math.floor(Date.now() / 1000);
const scheduleBody = `{"startTime":"2030-01-02T00:00:00.000Z","endTime":"2030-01-02T02:00:00.000Z",` +
  `"location":"EU","migrationId":9007199254740993}`;

const qsh = (method, url, base) =>
  jwt.createQueryStringHash(jwt.fromMethodAndUrl(method, url), false, base);

const claimsFor = (method, url, base, changes = {}) => ({
  iss: plan.tenant, iat: now(), exp: now() + 180, qsh: qsh(method, url, base), ...changes,
});

const forgeClaims = (changes = {}) => ({
  app: { id: plan.appAri, installationId: plan.installation, module: { type: 'core:endpoint', key: 'dare' } },
  context: { cloudId: 'cloud-1' }, jti: Math.random().toString(36), ...changes,
});

const forgeToken = async (claims = forgeClaims(), header = {}) =>
  new jose.SignJWT(claims)
    .setProtectedHeader({ alg: 'RS256', kid: plan.forgeKid, ...header })
    .setIssuer(claims.iss ?? 'forge/invocation-token').setAudience(claims.aud ?? plan.appAri)
    .setIssuedAt(claims.iat ?? now()).setNotBefore(claims.nbf ?? now())
    .setExpirationTime(claims.exp ?? now() + 25)
    .sign(await jose.importPKCS8(plan.privateKey, 'RS256'));

async function send(name, method, url, authorization, body, extra = {}) {
  const headers = { ...extra };
  if (authorization) headers.authorization = authorization;
  const answer = await fetch(url, { method, headers, body, redirect: 'manual' });
  console.log(JSON.stringify({ name, status: answer.status, body: await answer.text() }));
}

const connect = (method, url, base, changes, secret = plan.secret) =>
  'JWT ' + jwt.encodeSymmetric(claimsFor(method, url, base, changes), secret);

async function accept() {
  for (const base of [plan.us, plan.eu]) {
    for (const hook of ['schedule', 'start', 'commit', 'rollback']) {
      const url = `${base}/dare/${hook}`;
      await send(hook, 'POST', url, connect('POST', url, base), scheduleBody);
    }
    for (const query of ['', '?migrationId=57500', `?b=2&a=x*y~z!w'v(u)+t&a=%C3%A9&migrationId=1`]) {
      const url = `${base}/dare/status${query}`;
      await send('status', 'GET', url, connect('GET', url, base));
    }
  }
  const installed = `${plan.us}/installed`;
  const installToken = (url) => 'JWT ' + jwt.encodeAsymmetric(
    claimsFor('POST', url, plan.us, { aud: [plan.us] }), plan.privateKey, 'RS256', { kid: plan.installKid });
  await send('installed', 'POST', installed, installToken(installed), JSON.stringify({
    key: 'com.example.app', clientKey: plan.tenant, sharedSecret: plan.nextSecret,
    baseUrl: 'https://site.example.net', productType: 'jira', eventType: 'installed' }));
  const start = `${plan.us}/dare/start`;
  await send('hook with the new secret', 'POST', start,
    connect('POST', start, plan.us, {}, plan.nextSecret), scheduleBody);
  await send('hook with the former secret', 'POST', start, connect('POST', start, plan.us), scheduleBody);
  const uninstalled = `${plan.us}/uninstalled`;
  await send('uninstalled', 'POST', uninstalled, installToken(uninstalled),
    JSON.stringify({ clientKey: plan.tenant, eventType: 'uninstalled' }));
  for (const hook of ['schedule', 'start', 'commit', 'rollback']) {
    await send(`forge ${hook}`, 'POST', `${plan.us}/dare/${hook}`, 'Bearer ' + await forgeToken(), scheduleBody);
  }
  await send('forge status', 'GET', `${plan.us}/dare/status`, 'Bearer ' + await forgeToken());
  const seen = `${plan.eu}/dare/seen`;
  await send('seen', 'POST', seen, connect('POST', seen, plan.eu));
}

async function tamper() {
  const base = plan.us, url = `${base}/dare/start`, post = (name, auth, body = scheduleBody, extra = {}) =>
    send(name, 'POST', url, auth, body, extra);
  const claims = () => claimsFor('POST', url, base);
  const part = (json) => Buffer.from(JSON.stringify(json)).toString('base64url');
  const good = () => connect('POST', url, base);

  await post('no token');
  await post('wrong secret', connect('POST', url, base, {}, 'wrong'));
  await post('alg none', `JWT ${part({ typ: 'JWT', alg: 'none' })}.${part(claims())}.`);
  await post('unsecured by jose', 'JWT ' + new jose.UnsecuredJWT(claims()).encode());
  await post('HS256 with the public key', 'JWT ' + jwt.encodeSymmetric(claims(), publicPem()));
  await post('RS256 for a hook', 'JWT ' + jwt.encodeAsymmetric(claims(), plan.privateKey, 'RS256', { kid: plan.installKid }));
  await post('HS512', 'JWT ' + jwt.encodeSymmetric(claims(), plan.secret, 'HS512'));
  await post('wrong qsh', connect('POST', `${base}/dare/commit`, base));
  await post('context-qsh', connect('POST', url, base, { qsh: 'context-qsh' }));
  await post('expired', connect('POST', url, base, { iat: now() - 400, exp: now() - 60 }));
  await post('from the future', connect('POST', url, base, { iat: now() + 60, exp: now() + 120 }));
  await post('too long a life', connect('POST', url, base, { exp: now() + 3600 }));
  await post('unknown issuer', connect('POST', url, base, { iss: 'nobody' }));
  const [header, body, signature] = good().slice(4).split('.');
  await post('padded signature', `JWT ${header}.${body}.${signature}=`);
  await post('duplicate claims', (() => {
    const twice = `{"iss":"nobody",${JSON.stringify(claims()).slice(1)}`;
    const signed = `${header}.${Buffer.from(twice).toString('base64url')}`;
    return `JWT ${signed}.${createHmac('sha256', plan.secret).update(signed).digest('base64url')}`;
  })());

  const install = `${base}/installed`;
  const installClaims = () => claimsFor('POST', install, base, { aud: [base] });
  const installBody = JSON.stringify({ clientKey: plan.tenant, sharedSecret: 'stolen' });
  await send('install signed by the tenant', 'POST', install,
    'JWT ' + jwt.encodeSymmetric(installClaims(), plan.secret), installBody);
  await send('install with the public key as a secret', 'POST', install,
    'JWT ' + jwt.encodeSymmetric(installClaims(), publicPem()), installBody);
  await send('install for another app', 'POST', install, 'JWT ' + jwt.encodeAsymmetric(
    { ...installClaims(), aud: ['https://evil.example'] }, plan.privateKey, 'RS256', { kid: plan.installKid }), installBody);
  await send('install of another tenant', 'POST', install, 'JWT ' + jwt.encodeAsymmetric(
    { ...installClaims(), iss: 'another' }, plan.privateKey, 'RS256', { kid: plan.installKid }), installBody);

  const kid = plan.forgeKid;
  await post('forge alg confusion', 'Bearer ' + await new jose.SignJWT(
    { ...forgeClaims(), iss: 'forge/invocation-token', aud: plan.appAri, iat: now(), exp: now() + 25 })
    .setProtectedHeader({ alg: 'HS256', kid }).sign(Buffer.from(publicPem())));
  await post('forge other issuer', 'Bearer ' + await forgeToken(forgeClaims({ iss: 'forge/other' })));
  await post('forge other app', 'Bearer ' + await forgeToken(forgeClaims({ aud: 'ari:other' })));
  await post('forge expired', 'Bearer ' + await forgeToken(forgeClaims({ iat: now() - 100, nbf: now() - 100, exp: now() - 60 })));
  await post('forge unknown key', 'Bearer ' + await forgeToken(forgeClaims(), { kid: 'made-up' }));

  await post('oversize body', good(), `{"x":"${'a'.repeat(64 * 1024)}"}`);
  await post('oversize header', good(), scheduleBody, { 'x-large': 'a'.repeat(17 * 1024) });
  await post('duplicate keys', good(), scheduleBody.replace('"location"', '"location":"US","location"'));
  await post('bad UTF-8', good(), Buffer.concat([Buffer.from('{"location":"'), Buffer.from([0xc3, 0x28]), Buffer.from('"}')]));
  await post('trailing bytes', good(), scheduleBody + '{}');
  await post('deep nesting', good(), `{"x":${'['.repeat(9)}${']'.repeat(9)}}`);

  const replayed = good();
  await post('first use', replayed);
  await post('replayed with another body', replayed, scheduleBody.replace('EU', 'US'));
}

// A whole move by a system that really runs: installed, moved, and seen at the target. Tokens are
// Connect's, or Forge's but for the installation.
async function move() {
  const ask = async (method, path, base = plan.us, body = undefined) => {
    const url = base + path;
    const forge = plan.signer === 'forge' && path.startsWith('/dare/');
    const authorization = path === '/installed'
      ? 'JWT ' + jwt.encodeAsymmetric(claimsFor(method, url, base, { aud: [base] }), plan.privateKey, 'RS256', { kid: plan.installKid })
      : forge ? 'Bearer ' + await forgeToken() : connect(method, url, base);
    const answer = await fetch(url, { method, headers: { authorization }, body, redirect: 'manual' });
    return { name: path, status: answer.status, body: await answer.text() };
  };
  const tell = async (...request) => console.log(JSON.stringify(await ask(...request)));
  const reach = async (word) => {
    for (const end = Date.now() + 120000; Date.now() < end;) {
      const answer = await ask('GET', `/dare/status?migrationId=${plan.migration}`);
      if (answer.status !== 200 || answer.body.includes(`"${word}"`)) return console.log(JSON.stringify(answer));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  const time = (minutes) => new Date(Date.now() + minutes * 60000).toISOString();
  const order = JSON.stringify({ startTime: time(0), endTime: time(90), location: 'EU', migrationId: plan.migration });
  const id = JSON.stringify({ migrationId: plan.migration });
  await tell('POST', '/installed', plan.us, JSON.stringify({
    key: plan.app, clientKey: plan.tenant, sharedSecret: plan.secret, baseUrl: 'https://site.example.net',
    productType: 'jira', eventType: 'installed' }));
  await tell('POST', '/dare/schedule', plan.us, order);
  await tell('POST', '/dare/start', plan.us, order);
  await reach('ready-to-commit');
  await tell('POST', '/dare/commit', plan.us, id);
  await tell('POST', '/dare/seen', plan.eu, '{}');
  await reach('committed');
}

// A small generator with a seed, so that a failure can be repeated.
function randomFrom(seed) {
  let state = seed;
  return (bound) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * bound);
  };
}

function qshCases() {
  const random = randomFrom(plan.seed);
  const pick = (list) => list[random(list.length)];
  const pathPieces = ['a', 'B', '/', '//', '%20', '%2F', '&', '=', '~', '-', '.', '_', '*', '!', '(', ')', ',', ';', '@', ':', '+', '%C3%A9'];
  const queryPieces = ['a', 'B', 'z', '0', '9', '=', '&', '+', '%20', '%2B', '%26', '%3D', '*', '!', '(', ')', '~', ',', '/', '?', ':', '@', '%C3%A9', '%e2%82%ac', 'jwt=', '%zz', '%', '[', ']'];
  const text = (pieces, count) => Array.from({ length: random(count) }, () => pick(pieces)).join('');
  for (let i = 0; i < plan.cases;) {
    const base = pick(['', '/con', '/con/nect']);
    const path = `${base}/${text(pathPieces, 8)}`.replace(/^\/\/+/, '/');
    const query = text(queryPieces, 16);
    const method = pick(['GET', 'POST', 'PUT', 'DELETE']);
    const request = jwt.fromMethodAndUrl(method, `https://h.example${path}${query ? '?' + query : ''}`);
    const baseUrl = 'https://h.example' + base;
    // Escapes that are no UTF-8 become U+FFFD there and stay bytes here: nobody signs such a request.
    if (jwt.createCanonicalRequest(request, false, baseUrl).includes('%EF%BF%BD')) continue;
    ++i;
    console.log(JSON.stringify({ method, path, query, base,
      canonical: jwt.createCanonicalRequest(request, false, baseUrl),
      qsh: jwt.createQueryStringHash(request, false, baseUrl) }));
  }
}

await { accept, tamper, move, qsh: qshCases }[mode]();
