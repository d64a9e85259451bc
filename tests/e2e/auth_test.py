"""Credentials and registration between processes: a registrar and a callee that challenge us
(sipp), and callers whom `lastcall serve` asks who they are: a small one with Python's own hashes,
and `lastcall call`.

Usage: auth_test.py LASTCALL
"""
import hashlib
import os
import re
import signal
import socket
import subprocess
import sys

import peers

HERE = os.path.dirname(os.path.abspath(__file__))
SECONDS = 60

# What we are challenged with, in this order, by the names of hashlib.
HASHES = {"SHA-256": "sha256", "SHA-512-256": "sha512_256", "MD5": "md5"}

ACCOUNTS = """
[[account]]
user = "alice"
password = "s3cr3t"

[[user]]
realm = "lastcall.example"
user = "alice"
password = "s3cr3t"
"""


def main(program):
    with peers.scratch() as folder:
        accounts = os.path.join(folder, "accounts.toml")
        with open(accounts, "w", encoding="utf-8") as file:
            file.write(ACCOUNTS)
        os.chmod(accounts, 0o600)
        open_secrets(program, folder)
        asked_callers(program, folder, accounts)
        peers.need_sipp()
        registration(program, folder, accounts)
        challenged_call(program, folder, accounts)


def open_secrets(program, folder):
    """A file of secrets that everybody may read is refused, and none of it is said."""
    path = os.path.join(folder, "open.toml")
    with open(path, "w", encoding="utf-8") as file:
        file.write(ACCOUNTS)
    os.chmod(path, 0o644)
    done = subprocess.run([program, "serve", "--sip", "udp:127.0.0.1:0", "--log", "",
                           "--accounts", path],
                          capture_output=True, text=True, timeout=SECONDS, check=False)
    peers.check(done.returncode != 0, "a file of secrets that everybody may read was taken")
    peers.check("everybody may read" in done.stderr, f"it was not said why: {done.stderr}")
    peers.check("s3cr3t" not in done.stdout + done.stderr, "a secret was told")


# Shows REG-01, REG-03, REG-05, AUT-10.
def registration(program, folder, accounts):
    port = peers.free_port()
    registrar = sipp(folder, "registrar", port)
    options = ["--register", "--accounts", accounts, "--aor", "sip:alice@example.com",
               "--registrar", f"sip:127.0.0.1:{port}"]
    with peers.Serve(program, os.path.join(folder, "registered.db"), options=options) as serve:
        serve.expect("registered for 2 s")
        peers.finish_sipp(registrar, folder, "registrar", SECONDS)  # it has seen the refresh
        output = farewell(serve, port)
    peers.check("no longer registered" in output, f"it left without a word:\n{output}")
    secrets = peers.rows(serve.log, "SELECT 1 FROM event WHERE data LIKE '%s3cr3t%'")
    peers.check(not secrets, "the log holds a secret")
    peers.judge(program, serve.log, 0)


def farewell(serve, port):
    """The registrar hears that we leave, before we do."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as registrar:
        registrar.bind(("127.0.0.1", port))
        registrar.settimeout(SECONDS)
        serve.process.send_signal(signal.SIGTERM)
        request, client = registrar.recvfrom(65535)
        head = [line for line in request.decode().splitlines()
                if re.match(r"(Via|From|To|Call-ID|CSeq):", line)]
        answer = "\r\n".join(["SIP/2.0 200 OK", *head, "Content-Length: 0", "", ""])
        registrar.sendto(answer.encode(), client)
        peers.check(request.startswith(b"REGISTER "), f"not a REGISTER: {request}")
        peers.check(b";expires=0\r\n" in request, f"it does not want to be forgotten: {request}")
        return serve.finish(143)


def sipp(folder, name, port):
    return peers.start_sipp(folder, name, "127.0.0.1", port, "-m", "1",
                            "-sf", os.path.join(HERE, name + ".xml"))


# Shows AUT-11, AUT-12, AUT-13, UAC-05.
def challenged_call(program, folder, accounts):
    port = peers.free_port()
    log = os.path.join(folder, "challenged.db")
    callee = sipp(folder, "challenging_callee", port)
    call = place(program, port, log, "--accounts", accounts, "--for", "0.3")
    peers.finish_sipp(callee, folder, "challenging_callee", SECONDS)
    peers.check(call.returncode == 0, f"the challenged call ended with {call.returncode}")
    peers.judge(program, log, 1)
    byes = peers.rows(log, """SELECT json_extract(data, '$.status') FROM event
                              WHERE type = 'RequestFinished'""")
    peers.check(byes == [(200,)], f"the challenged BYE ended with {byes}")


def place(program, port, log, *options):
    command = [program, "call", f"sip:service@127.0.0.1:{port}", "--log", log, *options]
    call = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    print(call.stdout, call.stderr)
    return call


# Shows UAS-02, AUT-02, AUT-04, AUT-05.
def asked_callers(program, folder, accounts):
    with peers.Serve(program, os.path.join(folder, "asking.db"),
                     options=["--realm", "lastcall.example", "--accounts", accounts]) as serve:
        for algorithm in HASHES:
            Caller(serve.port).call(algorithm, "s3cr3t", 200)
        Caller(serve.port).call("SHA-256", "guess", 401)
        log = os.path.join(folder, "asked.db")
        call = place(program, serve.port, log, "--accounts", accounts, "--for", "0.2")
        peers.check(call.returncode == 0, "lastcall could not prove to lastcall who it is")
        stranger = place(program, serve.port, os.path.join(folder, "stranger.db"), "--for", "0.2")
        peers.check(stranger.returncode == 1, "a stranger was let in")
        serve.stop()
        peers.judge(program, serve.log, 4)


class Caller:
    """A caller of one call, over loopback, with the digests of Python's library."""

    def __init__(self, port):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.settimeout(SECONDS)
        self.to = ("127.0.0.1", port)
        self.uri = f"sip:service@127.0.0.1:{port}"
        self.own = "127.0.0.1:%d" % self.socket.getsockname()[1]
        self.to_tag = ""

    def send(self, method, cseq, lines="", body=""):
        text = (f"{method} {self.uri} SIP/2.0\r\n"
                f"Via: SIP/2.0/UDP {self.own};branch=z9hG4bK{method}{cseq}\r\nMax-Forwards: 70\r\n"
                f"From: <sip:alice@{self.own}>;tag=caller\r\nTo: <{self.uri}>{self.to_tag}\r\n"
                f"Call-ID: {self.own}\r\nCSeq: {cseq} {method}\r\n"
                f"Contact: <sip:alice@{self.own}>\r\n{lines}"
                f"Content-Length: {len(body)}\r\n\r\n{body}")
        self.socket.sendto(text.encode(), self.to)

    def final(self):
        while True:
            text = self.socket.recvfrom(65535)[0].decode()
            status = int(text.split(" ", 2)[1]) if text.startswith("SIP/2.0") else 0
            if status >= 200:
                return status, text

    def invite(self, cseq, lines=""):
        sdp = ("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
               "m=audio 9 RTP/AVP 0\r\n")
        self.send("INVITE", cseq, lines + "Content-Type: application/sdp\r\n", sdp)
        return self.final()

    def call(self, algorithm, password, expected):
        status, refusal = self.invite(1)
        peers.check(status == 401, f"a stranger's INVITE got {status}")
        offered = re.findall(r"algorithm=([\w-]+)", refusal)
        peers.check(offered == list(HASHES), f"challenges with {offered}")
        peers.check(refusal.count('qop="auth"') == 3, "a challenge without a qop")
        self.acknowledge(1, refusal)
        status, answer = self.invite(2, self.credentials(refusal, algorithm, password))
        peers.check(status == expected, f"credentials with {algorithm} got {status}")
        self.acknowledge(2, answer)
        if status == 200:
            self.send("BYE", 3)
            peers.check(self.final()[0] == 200, "the BYE was not accepted")

    def acknowledge(self, cseq, final):
        tag = re.search(r"^To:.*(;tag=\S+)", final, re.M).group(1)
        accepted = final.startswith("SIP/2.0 200")
        self.to_tag = tag
        text = (f"ACK {self.uri} SIP/2.0\r\nVia: SIP/2.0/UDP {self.own};branch=z9hG4bK"
                f"{'ACK' if accepted else 'INVITE'}{cseq}\r\nMax-Forwards: 70\r\n"
                f"From: <sip:alice@{self.own}>;tag=caller\r\nTo: <{self.uri}>{tag}\r\n"
                f"Call-ID: {self.own}\r\nCSeq: {cseq} ACK\r\nContent-Length: 0\r\n\r\n")
        self.socket.sendto(text.encode(), self.to)
        if not accepted:
            self.to_tag = ""

    def credentials(self, refusal, algorithm, password):
        line = next(x for x in refusal.splitlines() if f"algorithm={algorithm}" in x)
        nonce = re.search(r'nonce="([^"]*)"', line).group(1)
        realm = re.search(r'realm="([^"]*)"', line).group(1)

        def digest(text):
            return hashlib.new(HASHES[algorithm], text.encode()).hexdigest()

        secret = digest(f"alice:{realm}:{password}")
        response = digest(f"{secret}:{nonce}:00000001:c0:auth:" + digest(f"INVITE:{self.uri}"))
        return (f'Authorization: Digest username="alice", realm="{realm}", nonce="{nonce}", '
                f'uri="{self.uri}", response="{response}", algorithm={algorithm}, cnonce="c0", '
                f"qop=auth, nc=00000001\r\n")


if __name__ == "__main__":
    main(sys.argv[1])
