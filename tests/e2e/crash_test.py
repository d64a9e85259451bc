"""`lastcall serve` is killed in the middle of a call and started again on the same log: the call
lives on, its audio too, and its BYE ends it in two phases. Usage: crash_test.py LASTCALL
"""
import os
import re
import socket
import struct
import sys

import peers

SECONDS = 20
SAMPLES = 160


class Phone:
    """The least SIP and RTP that a call needs, spoken by hand."""

    def __init__(self, port):
        self.server = ("127.0.0.1", port)
        self.sip = self._socket()
        self.rtp = self._socket()
        self.tag = ""
        self.audio = None
        self.sequence = 0

    @staticmethod
    def _socket():
        opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        opened.bind(("127.0.0.1", 0))
        opened.settimeout(SECONDS)
        return opened

    def send(self, method, cseq, body=""):
        port = self.sip.getsockname()[1]
        to_tag = f";tag={self.tag}" if self.tag else ""
        text = "\r\n".join([
            f"{method} sip:lastcall@127.0.0.1:{self.server[1]} SIP/2.0",
            f"Via: SIP/2.0/UDP 127.0.0.1:{port};branch=z9hG4bKcrash{method}{cseq}",
            "From: <sip:phone@127.0.0.1>;tag=phone",
            f"To: <sip:lastcall@127.0.0.1>{to_tag}",
            "Call-ID: crash-test", f"CSeq: {cseq} {method}", "Max-Forwards: 70",
            f"Contact: <sip:phone@127.0.0.1:{port}>",
            *(["Content-Type: application/sdp"] if body else []),
            f"Content-Length: {len(body)}", "", body])
        self.sip.sendto(text.encode(), self.server)

    def receive(self, status):
        while True:
            text = self.sip.recv(65536).decode()
            if text.startswith(f"SIP/2.0 {status}"):
                return text

    def call(self):
        port = self.rtp.getsockname()[1]
        self.send("INVITE", 1, "\r\n".join([
            "v=0", "o=phone 1 1 IN IP4 127.0.0.1", "s=-", "c=IN IP4 127.0.0.1", "t=0 0",
            f"m=audio {port} RTP/AVP 0", "a=rtpmap:0 PCMU/8000", ""]))
        accepted = self.receive(200)
        self.tag = re.search(r"^To:.*;tag=(\S+)", accepted, re.M).group(1)
        self.audio = ("127.0.0.1", int(re.search(r"^m=audio (\d+)", accepted, re.M).group(1)))
        self.send("ACK", 1)

    def hear_echo(self, octet):
        """Speaks one octet until it is heard back."""
        said = octet * SAMPLES
        for _ in range(SECONDS * 50):
            self.sequence += 1
            header = struct.pack("!BBHII", 0x80, 0, self.sequence, self.sequence * SAMPLES, 7)
            self.rtp.sendto(header + said, self.audio)
            if octet in self.rtp.recv(2048)[12:]:
                return
        raise AssertionError(f"{octet} was never heard back")

    def hang_up(self):
        self.send("BYE", 2)
        self.receive(200)


def main(program):
    with peers.scratch() as folder:
        log = os.path.join(folder, "crash.db")
        with peers.Serve(program, log) as first:
            phone = Phone(first.port)
            phone.call()
            phone.hear_echo(b"a")
            first.kill()
        with peers.Serve(program, log, first.port) as second:
            phone.hear_echo(b"b")
            phone.hang_up()
            second.stop()
        peers.check_endings(log, 1)
        print("the call survived the death of its process")


if __name__ == "__main__":
    main(sys.argv[1])
