#!/usr/bin/env node
// Print the heart rate of each event on standard input.
//
//     vitals-extract clip.mp4 | vitals-event --session s-81 | node lines.mjs
//
// A value is used only if it is likely to be right.  One that is missing is reported
// with its reason, because no value is not a good value.

import { createInterface } from 'node:readline';

const SURE = 0.5; // vitals-extract(1) has the share of right values by confidence

for await (const line of createInterface({ input: process.stdin })) {
  const event = JSON.parse(line);
  const reading = event.readings?.find(({ vital }) => vital === 'heartRate');
  if (!reading) continue; // an event of another type
  const { value, unit, confidence, absentReason } = reading;
  const session = event.session?.id ?? '-';
  if (value === null) console.log(`${session}: no heart rate: ${absentReason}`);
  else if (confidence < SURE) console.log(`${session}: unsure: ${value} ${unit}`);
  else console.log(`${session}: ${value} ${unit}`);
}
