# A mail server that is aiosmtpd, and reads each e-mail with Python's own parser:
#
#	post-mail.py PORT-FILE LOG CERT KEY SECONDS
#
# It requires STARTTLS and a login ("user", "secret").  The recipient, up to the @,
# says how it behaves: no (550 to RCPT), later (451 to the first message of each
# Message-ID), never (554 to the message), cut (the connection is cut within the
# first message of each Message-ID), slow (the reply to the message takes a while).
# Messages of more than 200000 bytes are refused.  LOG gets one JSON line for each
# message that was accepted.  It ends after SECONDS, or with who started it.
import asyncio
import base64
import email
import email.policy
import json
import os
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult

port_file, log_file, cert, key, seconds = sys.argv[1:]
log = open(log_file, "a", buffering=1)
seen = set()
cuts = set()


def first(what, message_id):
    known = (what, message_id)
    was_known = known in seen
    seen.add(known)
    return not was_known


def part_of(part):
    return {
        "type": part["Content-Type"],
        "name": part.get_filename(),
        "disposition": part.get_content_disposition(),
        "encoding": part["Content-Transfer-Encoding"],
        "content": base64.b64encode(part.get_payload(decode=True)).decode(),
    }


class Handler:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("no@"):
            return "550 5.1.1 no such user"
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(self, server, session, envelope):
        what = envelope.rcpt_tos[0].split("@")[0]
        message = email.message_from_bytes(
            envelope.content, policy=email.policy.default)
        if what == "later" and first(what, message["Message-ID"]):
            return "451 4.7.1 greylisted"
        if what == "never":
            return "554 5.7.1 spam"
        if what == "slow":
            await asyncio.sleep(0.5)
        log.write(json.dumps({
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "tls": session.ssl is not None,
            "headers": {name: str(message[name]) for name in message.keys()},
            "defects": [str(d) for part in message.walk()
                        for d in part.defects],
            "parts": [part_of(part) for part in message.walk()
                      if not part.is_multipart()],
            "raw": base64.b64encode(envelope.content).decode(),
        }) + "\n")
        return "250 2.0.0 accepted"


class Server(SMTP):
    def data_received(self, data):
        to = self.envelope.rcpt_tos if self.envelope else []
        start = data.find(b"Message-ID: ")
        if to and to[0].startswith("cut@") and start >= 0:
            if first("cut", data[start:].split(b"\r\n")[0]):
                self.transport.abort()
                return
        super().data_received(data)


def authenticate(server, session, envelope, mechanism, data):
    good = data.login == b"user" and data.password == b"secret"
    return AuthResult(success=good, handled=False)


async def main():
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(cert, key)
    server = await asyncio.get_running_loop().create_server(
        lambda: Server(
            Handler(), tls_context=context, require_starttls=True,
            auth_required=True, authenticator=authenticate,
            data_size_limit=200000),
        "127.0.0.1", 0)
    with open(port_file + ".new", "w") as f:
        f.write(str(server.sockets[0].getsockname()[1]))
    os.rename(port_file + ".new", port_file)
    starter = os.getppid()
    for _ in range(int(seconds)):
        await asyncio.sleep(1)
        if os.getppid() != starter:
            break


asyncio.run(main())
