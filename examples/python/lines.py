#!/usr/bin/env python3
"""Print the heart rate of each event on standard input.

    vitals-extract clip.mp4 | vitals-event --session s-81 | python3 lines.py

A value is used only if it is likely to be right.  One that is missing is
reported with its reason, because no value is not a good value.
"""

import json
import sys

SURE = 0.5  # vitals-extract(1) has the share of right values by confidence


def heart_rate(event):
    """Return the heart rate reading of an event, or None."""
    for reading in event.get("readings", []):
        if reading["vital"] == "heartRate":
            return reading
    return None


def main():
    for line in sys.stdin:
        event = json.loads(line)
        reading = heart_rate(event)
        if reading is None:  # an event of another type
            continue
        session = (event.get("session") or {}).get("id") or "-"
        if reading["value"] is None:
            print(f"{session}: no heart rate: {reading['absentReason']}", flush=True)
        elif reading["confidence"] < SURE:
            print(f"{session}: unsure: {reading['value']} {reading['unit']}", flush=True)
        else:
            print(f"{session}: {reading['value']} {reading['unit']}", flush=True)


if __name__ == "__main__":
    main()
