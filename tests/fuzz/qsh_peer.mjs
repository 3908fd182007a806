// Answers for the differential target qsh with the platform's own library. Reads batches of lines,
// METHOD <tab> PATH <tab> QUERY <tab> BASE PATH, each batch closed by an empty line; prints a line
// with the canonical request for each.
//
//   node qsh_peer.mjs     with REALM_NODE_MODULES, the folder of the packages

import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

const require = createRequire(process.env.REALM_NODE_MODULES + '/.');
const jwt = require('atlassian-jwt');

function canonical(line) {
  const [method, path, query, base] = line.split('\t');
  const url = `https://h.example${path}${query ? '?' + query : ''}`;
  return jwt.createCanonicalRequest(jwt.fromMethodAndUrl(method, url), false, 'https://h.example' + base);
}

const answers = [];
for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  if (line !== '') {
    answers.push(canonical(line));
    continue;
  }
  process.stdout.write(answers.join('\n') + '\n');
  answers.length = 0;
}
