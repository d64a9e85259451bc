"""lastcall import as people use it: what it prints, in text and JSON, and how it ends.

Usage: import_test.py LASTCALL [--keep] [TEST...]
"""
import json
import os
import struct
import subprocess
import sys

import peers

BYE = (b"BYE sip:bob@192.0.2.2 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKb\r\n"
       b"Max-Forwards: 70\r\nFrom: <sip:a@192.0.2.1>;tag=1\r\nTo: <sip:b@192.0.2.2>;tag=2\r\n"
       b"Call-ID: a@b\r\nCSeq: 2 BYE\r\nContent-Length: 0\r\n\r\n")
GONE = b"SIP/2.0 481 Gone\r\nCall-ID: a@b\r\n\r\n"  # no Via: broken


def packet(payload):
    udp = struct.pack(">HHHH", 5060, 5060, len(payload) + 8, 0) + payload
    return struct.pack(">BBHIBBH4s4s", 0x45, 0, len(udp) + 20, 0, 64, 17, 0, bytes([192, 0, 2, 1]),
                       bytes([192, 0, 2, 2])) + udp


def capture(folder, name, payloads):
    path = os.path.join(folder, name)
    with open(path, "wb") as file:
        file.write(struct.pack("<IHHIIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 101))
        for second, payload in enumerate(payloads):
            whole = packet(payload)
            file.write(struct.pack("<IIII", second, 0, len(whole), len(whole)) + whole)
    return path


def run(lastcall, *arguments, status=0):
    done = subprocess.run([lastcall, "import", *arguments], capture_output=True, text=True,
                          timeout=60, check=False)
    peers.check(done.returncode == status, f"ended with {done.returncode}: {done.stderr}")
    return done.stdout if status == 0 else done.stderr


def a_capture_is_told_in_words(lastcall, folder):
    path = capture(folder, "words.pcap", [BYE, b"\x80audio", GONE])
    peers.check(run(lastcall, path) == (
        f"{path}: 3 packets, 2 SIP messages, 1 Call-ID\n"
        "  requests   BYE 1\n"
        "  responses  481 1\n"
        "  1 problem\n"
        "    packet 3: This 481 response breaks the grammar at byte 34: There is no Via.\n"),
                run(lastcall, path))


def a_capture_is_told_to_programs(lastcall, folder):
    path = capture(folder, "programs.pcap", [BYE, BYE, GONE])
    told = json.loads(run(lastcall, path, "--json"))
    peers.check(told == json.loads(run(lastcall, path, "--format", "json")), "two kinds of JSON")
    peers.check(told == {
        "packets": 3, "cut_packets": 0, "sip_messages": 3, "call_ids": 1, "methods": {"BYE": 2},
        "answers": {"481": 1}, "findings_total": 1, "findings": [
            {"packet": 3,
             "sentence": "This 481 response breaks the grammar at byte 34: There is no Via."}]},
                str(told))


def what_is_no_capture_is_refused_in_a_line(lastcall, folder):
    path = os.path.join(folder, "letter.txt")
    with open(path, "w", encoding="ascii") as file:
        file.write("Dear Sir\n")
    peers.check(run(lastcall, path, status=5) == (
        f"lastcall: {path}: It is neither pcap nor pcapng, HEP3, a message log of sipp, a "
        "sipdump of Kamailio, nor a log of Asterisk, FreeSWITCH, sofia or pjsip with SIP messages "
        "in it.\n"), "not what was expected")
    missing = os.path.join(folder, "missing.pcap")
    peers.check(run(lastcall, missing, status=6) ==
                f"lastcall: {missing}: No such file or directory.\n", "not what was expected")


TESTS = (a_capture_is_told_in_words, a_capture_is_told_to_programs,
         what_is_no_capture_is_refused_in_a_line)

if __name__ == "__main__":
    peers.run_tests(sys.argv[1], sys.argv[2:], TESTS)
