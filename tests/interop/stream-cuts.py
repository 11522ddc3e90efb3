"""Used by stream-cuts.js: python3-websockets prints the records that it receives, and
reconnects after the last line."""

import asyncio
import json
import sys

import websockets


async def main(port):
    query = "after=earliest"
    epoch = ""
    while True:
        try:
            url = "ws://127.0.0.1:%s/ws?%s" % (port, query)
            async with websockets.connect(url) as socket:
                async for text in socket:
                    print(text, flush=True)
                    record = json.loads(text)
                    epoch = record.get("epoch", epoch)
                    if record["record"] == "line":
                        query = "after=%d&epoch=%s" % (record["sequence"], epoch)
        except (OSError, websockets.WebSocketException):
            pass


asyncio.run(main(sys.argv[1]))
