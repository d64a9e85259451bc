"""Makes the captures of this folder: three calls of lastcall with a party that is played here,
as tshark sees them on the loopback interface.

Usage: make.py LASTCALL [FOLDER]       (needs tshark and the right to capture; takes 45 s)
"""
import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time

ENGINE = 5080
PARTY = 5090
HOST = "127.0.0.1"


class Party:
    """The other side: says what it is told to say, and waits for what it is told to expect."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((HOST, PARTY))
        self.socket.settimeout(60)

    def hear(self, begins):
        while True:
            text = self.socket.recv(65536).decode()
            if text.startswith(begins):
                return text

    def say(self, text, body=""):
        head = text.strip().replace("\n", "\r\n")
        kind = "Content-Type: application/sdp\r\n" if body else ""
        message = f"{head}\r\n{kind}Content-Length: {len(body)}\r\n\r\n{body}"
        self.socket.sendto(message.encode(), (HOST, ENGINE))


def header(message, name):
    return re.search(rf"(?im)^{name}:\s*(.*?)\r?$", message).group(1)


def sdp():
    return (f"v=0\r\no=- 1 1 IN IP4 {HOST}\r\ns=-\r\nc=IN IP4 {HOST}\r\nt=0 0\r\n"
            "m=audio 40000 RTP/AVP 0\r\n")


def answer(request, line, tag=True):
    to = header(request, "To")
    to += ";tag=party" if tag and "tag=" not in to else ""
    return (f"SIP/2.0 {line}\nVia: {header(request, 'Via')}\nFrom: {header(request, 'From')}\n"
            f"To: {to}\nCall-ID: {header(request, 'Call-ID')}\nCSeq: {header(request, 'CSeq')}\n"
            f"Contact: <sip:party@{HOST}:{PARTY}>\n")


def ask(method, cseq, call_id, tag=""):
    to = f"<sip:lastcall@{HOST}:{ENGINE}>" + (f";tag={tag}" if tag else "")
    return (f"{method} sip:lastcall@{HOST}:{ENGINE} SIP/2.0\n"
            f"Via: SIP/2.0/UDP {HOST}:{PARTY};branch=z9hG4bK-{call_id}-{method}{cseq}\n"
            f"Max-Forwards: 70\nFrom: <sip:party@{HOST}:{PARTY}>;tag=party\nTo: {to}\n"
            f"Call-ID: {call_id}\nCSeq: {cseq} {method}\n"
            f"Contact: <sip:party@{HOST}:{PARTY}>\n")


@contextlib.contextmanager
def program(command, ready, stream):
    process = subprocess.Popen(command, text=True, **{stream: subprocess.PIPE})
    try:
        for line in getattr(process, stream):
            if re.search(ready, line):
                break
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)


@contextlib.contextmanager
def capture(path):
    command = ["tshark", "-i", "lo", "-F", "pcap", "-w", path, "-f",
               f"udp port {ENGINE} or udp port {PARTY}"]
    with program(command, "Capturing on", "stderr"):
        time.sleep(2)  # tshark says so before it does
        yield
        time.sleep(1)


def serve(lastcall):
    return program([lastcall, "serve", "--sip", f"udp:{HOST}:{ENGINE}"], "ready|listening|serving",
                   "stderr")


def clean_call(lastcall, party):
    with serve(lastcall):
        party.say(ask("INVITE", 1, "clean-call"), sdp())
        tag = re.search("tag=([^;\r]+)", header(party.hear("SIP/2.0 200"), "To")).group(1)
        party.say(ask("ACK", 1, "clean-call", tag))
        time.sleep(1)
        party.say(ask("BYE", 2, "clean-call", tag))
        party.hear("SIP/2.0 200")


def crossing_bye(lastcall, party):
    call = subprocess.Popen([lastcall, "call", f"sip:party@{HOST}:{PARTY}", "--sip",
                             f"udp:{HOST}:{ENGINE}", "--for", "1"], stdout=subprocess.DEVNULL)
    invite = party.hear("INVITE")
    party.say(answer(invite, "180 Ringing"))
    party.say(answer(invite, "200 OK"), sdp())
    party.hear("ACK")
    bye = party.hear("BYE")
    caller = header(invite, "From")
    # Not heard yet, as far as the party is concerned: it hangs up too.
    party.say(f"BYE sip:lastcall@{HOST}:{ENGINE} SIP/2.0\n"
              f"Via: SIP/2.0/UDP {HOST}:{PARTY};branch=z9hG4bK-crossing\nMax-Forwards: 70\n"
              f"From: {header(invite, 'To')};tag=party\nTo: {caller}\n"
              f"Call-ID: {header(invite, 'Call-ID')}\nCSeq: 1 BYE\n")
    party.say(answer(bye, "200 OK"))
    party.hear("SIP/2.0 200")
    call.wait(timeout=60)


def stuck_call(lastcall, party):
    """The ACK is lost for good: lastcall repeats its 200 for 32 s, then gives up with BYE."""
    with serve(lastcall):
        party.say(ask("INVITE", 1, "stuck-call"), sdp())
        party.hear("SIP/2.0 200")
        party.say(answer(party.hear("BYE"), "200 OK"))


def main():
    lastcall = sys.argv[1]
    folder = sys.argv[2] if len(sys.argv) > 2 else os.path.dirname(os.path.abspath(__file__))
    for play in (clean_call, crossing_bye, stuck_call):
        party = Party()
        with party.socket, capture(os.path.join(folder, play.__name__.replace("_", "-") + ".pcap")):
            play(lastcall, party)


main()
