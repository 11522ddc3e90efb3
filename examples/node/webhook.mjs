#!/usr/bin/env node
// Receive events from vitals-post in Express (npm install express standardwebhooks).
//
//     vitals-sign --new-key key
//     VITALS_KEY_FILE=key PORT=8080 node webhook.mjs
//     vitals-post --key-file key http://127.0.0.1:8080/hook <events.ndjson
//
// Verify the bytes that arrived, before they are parsed, and answer 2xx only once the
// event is stored: what is not answered with 2xx is sent again, with the same
// webhook-id.

import {
  appendFileSync, closeSync, fstatSync, fsyncSync, ftruncateSync, openSync, readFileSync,
} from 'node:fs';
import express from 'express';
import { Webhook } from 'standardwebhooks';

const key = readFileSync(process.env.VITALS_KEY_FILE, 'ascii').match(/^whsec_\S+/m)[0];
const webhook = new Webhook(key);
const path = process.env.VITALS_STORE ?? 'events.ndjson';

// What is in the file was stored by an earlier run: a line {"id":ID,"event":BODY} for
// each request.  A last line without its newline was not answered, and will come again.
const file = openSync(path, 'a+');
const lines = readFileSync(file, 'utf8').split('\n');
if (lines.pop()) appendFileSync(file, '\n');
const stored = new Set();
for (const line of lines) {
  try {
    stored.add(JSON.parse(line).id);
  } catch {
    // half a line, from a crash
  }
}

// Stores the request, or throws, and leaves no part of it before the next one.
function store(id, body) {
  const { size } = fstatSync(file);
  const event = String(body).replace(/[\r\n]/g, ' '); // JSON has them only as blanks
  try {
    appendFileSync(file, `{"id":${JSON.stringify(id)},"event":${event || null}}\n`);
    fsyncSync(file);
  } catch (error) {
    ftruncateSync(file, size);
    throw error;
  }
  stored.add(id);
}

const app = express();
app.post('/hook', express.raw({ type: '*/*', limit: '2mb' }), (request, response) => {
  const id = request.headers['webhook-id'];
  try {
    webhook.verify(request.body, request.headers);
  } catch {
    response.sendStatus(401);
    return;
  }
  if (!stored.has(id)) {
    store(id, request.body); // if it throws, Express answers 500
    response.sendStatus(201);
  } else {
    response.sendStatus(200);
  }
});

const server = app.listen(Number(process.env.PORT ?? 8080), '127.0.0.1', () => {
  console.log(`listening on http://127.0.0.1:${server.address().port}/hook`);
});
process.on('SIGTERM', () => server.close(() => closeSync(file)));
