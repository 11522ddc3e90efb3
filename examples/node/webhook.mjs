#!/usr/bin/env node
// Receive events from vitals-post in Express (npm install express standardwebhooks).
//
//     vitals-sign --new-key key
//     VITALS_KEY_FILE=key PORT=8080 node webhook.mjs
//     vitals-post --key-file key http://127.0.0.1:8080/hook <events.ndjson
//
// Verify the bytes that arrived, before they are parsed, and answer 2xx only once the
// event is stored: what is not answered with 2xx is sent again.

import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import express from 'express';
import { Webhook } from 'standardwebhooks';

const key = readFileSync(process.env.VITALS_KEY_FILE, 'ascii').match(/^whsec_\S+/m)[0];
const webhook = new Webhook(key);
const path = process.env.VITALS_STORE ?? 'events.ndjson';

// What is in the file was stored by an earlier run.  A last line without its newline
// was not answered, and will come again.
const file = openSync(path, 'a+');
const lines = readFileSync(file, 'utf8').split('\n');
if (lines.pop()) writeSync(file, '\n');
const stored = new Set();
for (const line of lines) {
  try {
    stored.add(JSON.parse(line).id);
  } catch {
    // half a line, from a crash
  }
}

const app = express();
app.post('/hook', express.raw({ type: '*/*', limit: '1mb' }), (request, response) => {
  let event;
  try {
    event = webhook.verify(request.body, request.headers);
  } catch {
    response.sendStatus(401);
    return;
  }
  if (!stored.has(event.id)) {
    writeSync(file, `${request.body}\n`);
    fsyncSync(file);
    stored.add(event.id);
    response.sendStatus(201);
  } else {
    response.sendStatus(200);
  }
});

const server = app.listen(Number(process.env.PORT ?? 8080), '127.0.0.1', () => {
  console.log(`listening on http://127.0.0.1:${server.address().port}/hook`);
});
process.on('SIGTERM', () => server.close(() => closeSync(file)));
