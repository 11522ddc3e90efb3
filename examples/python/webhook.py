#!/usr/bin/env python3
"""Receive events from vitals-post in Flask (Debian: python3-flask).

    vitals-sign --new-key key
    VITALS_KEY_FILE=key flask --app webhook run --port 8080
    vitals-post --key-file key http://127.0.0.1:8080/hook <events.ndjson

The signature is that of Standard Webhooks: HMAC-SHA256 of the ID, the time and
the body as they arrived.  Verify before parsing, and answer 2xx only once the
event is stored: what is not answered with 2xx is sent again.
"""

import base64
import hashlib
import hmac
import os
import re
import sqlite3
import threading
import time

from flask import Flask, abort, request

TOLERANCE = 300  # seconds that a signature stays valid

app = Flask(__name__)
app.config["MAX_CONTENT_LENGTH"] = 2 << 20  # bytes; a body is in memory


def read_keys(path):
    """Read the keys of a file of vitals-sign: a line "whsec_..." for each."""
    with open(path, encoding="ascii") as lines:
        return [base64.b64decode(line.strip()[6:]) for line in lines if line.startswith("whsec_")]


keys = read_keys(os.environ["VITALS_KEY_FILE"])
store = sqlite3.connect(os.environ.get("VITALS_STORE", "events.db"), check_same_thread=False)
writing = threading.Lock()  # Flask answers each request in a thread of its own
store.execute("PRAGMA synchronous = EXTRA")  # FULL does not sync the end of a journal
store.execute("CREATE TABLE IF NOT EXISTS event (id TEXT PRIMARY KEY, body BLOB NOT NULL)")


def is_genuine(headers, body):
    """Is the body signed by one of the keys, and recently?"""
    identifier = headers.get("webhook-id", "")
    timestamp = headers.get("webhook-timestamp", "")
    if not re.fullmatch("[0-9]{1,12}", timestamp):
        return False
    if abs(time.time() - int(timestamp)) > TOLERANCE:
        return False
    signed = f"{identifier}.{timestamp}.".encode() + body
    wanted = [
        "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode() for key in keys
    ]
    return any(
        hmac.compare_digest(given.encode(), one.encode())
        for given in headers.get("webhook-signature", "").split(" ")
        for one in wanted
    )


@app.post("/hook")
def hook():
    body = request.get_data()  # the bytes that were signed
    if not is_genuine(request.headers, body):
        abort(401)
    with writing, store:
        new = store.execute(
            "INSERT OR IGNORE INTO event VALUES (?, ?)", (request.headers["webhook-id"], body)
        ).rowcount
    return "", 201 if new else 200
