// Answers for the differential target qsh with the platform's own library. Reads batches of lines,
// METHOD <tab> PATH <tab> QUERY <tab> BASE PATH, each batch closed by an empty line; prints a line
// with the canonical request for each.
//
//   node qsh_peer.mjs     with REALM_NODE_MODULES, the folder of the packages

import { createRequire } from 'node:module';

const require = createRequire(process.env.REALM_NODE_MODULES + '/.');
const jwt = require('atlassian-jwt');

function canonical(line) {
  const [method, path, query, base] = line.split('\t');
  const url = `https://h.example${path}${query ? '?' + query : ''}`;
  return jwt.createCanonicalRequest(jwt.fromMethodAndUrl(method, url), false, 'https://h.example' + base);
}

function answer(line) {
  try {
    return canonical(line);
  } catch (error) {
    return `throws ${error}`;
  }
}

let rest = '';
process.stdin.setEncoding('utf8');
process.stdin.on('data', (text) => {
  const batches = (rest + text).split('\n\n');
  rest = batches.pop();
  for (const batch of batches) process.stdout.write(batch.split('\n').map(answer).join('\n') + '\n');
});
