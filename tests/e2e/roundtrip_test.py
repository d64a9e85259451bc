"""Round trips: what lastcall says it did is what a tap saw; what is exported comes back the same; a
call of a simulated run happens again between two sipps, and between sipp and lastcall.

Usage: roundtrip_test.py LASTCALL [--keep] [TEST...]
"""
import collections
import json
import os
import re
import socket
import struct
import subprocess
import sys
import tarfile
import time

import peers
import program
import replay_test

HERE = os.path.dirname(os.path.abspath(__file__))
SECONDS = 40

# What the callee's user does of itself in each scenario of the plan, for `lastcall serve`: in the
# default order the resume and the hold of two of them come when the call has ended.
PLAN = {
    "normal-bye": (),
    "silent-layer": (),
    "bye-during-audio": (),
    "bye-during-hold": ("--hold-after", "200", "--hold-for", "20000"),
    "rapid-bye": (),
}


def messages(lastcall, path):
    """Start line, sender and receiver of each message of each call, in order."""
    told = []
    for call in json.loads(replay_test.run(lastcall, "replay", path, "--format", "json",
                                           status=None))["calls"]:
        data = json.loads(replay_test.run(lastcall, "export", "json", path, "--call",
                                          call["sip_call_id"]))
        told.append((data["sip_call_id"], [(each["from"], each["to"], each["message"])
                                           for each in data["messages"]]))
    return sorted(told)


def per_flow(path, port):
    """The SIP messages of a pcap file of Ethernet or of the loopback, by flow, in order."""
    flows = collections.defaultdict(list)
    with open(path, "rb") as file:
        data = file.read()
    at = 24
    while at < len(data):
        size = struct.unpack("<I", data[at + 8:at + 12])[0]
        frame, at = data[at + 16:at + 16 + size], at + 16 + size
        packet = frame[14:]
        source, destination = struct.unpack(">HH", packet[20:24])
        if packet[9] == 17 and port in (source, destination) and b"SIP/2.0" in packet:
            flows[source, destination].append(packet[28:])
    return flows


def logged_flows(lastcall, log, folder):
    """The same of a log: its calls are exported as packets."""
    flows = collections.defaultdict(list)
    calls = json.loads(replay_test.run(lastcall, "log", "calls", log, "--format", "json"))
    for index, call in enumerate(calls):
        path = os.path.join(folder, f"logged-{index}.pcapng")
        replay_test.run(lastcall, "export", "pcapng", log, "--call", call["sip_call_id"],
                        "-o", path)
        for packet in packets_of_pcapng(path):
            flows[struct.unpack(">HH", packet[20:24])].append((call["sip_call_id"], packet[28:]))
    return flows


def packets_of_pcapng(path):
    with open(path, "rb") as file:
        data = file.read()
    at = 0
    while at < len(data):
        kind, size = struct.unpack("<II", data[at:at + 8])
        if kind == 6:
            length = struct.unpack("<I", data[at + 20:at + 24])[0]
            yield data[at + 28:at + 28 + length]
        at += size


def call_id(message):
    return re.search(rb"(?im)^Call-ID:\s*(\S+)", message).group(1).decode()


def wait_for_mark(path, port):
    """Until a packet that is sent now stands in the capture, and with it all that came before."""
    mark = b"that was all"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(mark, ("127.0.0.1", port))
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        with open(path, "rb") as file:
            if mark in file.read():
                return
        time.sleep(0.01)
    raise AssertionError("tcpdump writes nothing more")


def a_tap_sees_what_the_log_says(lastcall, folder):
    """tcpdump on the loopback beside a served run: the same bytes in the same order per flow."""
    peers.need_sipp()
    peers.need("tcpdump", "tcpdump")
    log, path = os.path.join(folder, "serve.db"), os.path.join(folder, "tap.pcap")
    with peers.Serve(lastcall, log) as serve:
        command = ["tcpdump", "-i", "lo", "-U", "--immediate-mode", "-w", path,
                   "udp", "port", str(serve.port)]
        with program.Program(command, "tcpdump") as tap:
            tap.expect("listening on")
            sipp = peers.start_sipp(folder, "hold", f"127.0.0.1:{serve.port}", peers.free_port(),
                                    "-sf", os.path.join(HERE, "hold.xml"), "-m", "5", "-r", "5")
            peers.finish_sipp(sipp, folder, "hold", SECONDS)
            serve.stop()
            wait_for_mark(path, serve.port)
            tap.stop()
    tapped, logged = per_flow(path, serve.port), logged_flows(lastcall, log, folder)
    peers.check(set(tapped) == set(logged), f"flows {set(tapped)} and {set(logged)}")
    count = 0
    for flow, seen in tapped.items():
        for call in {call_id(each) for each in seen}:
            of_call = [each for each in seen if call_id(each) == call]
            said = [each for known, each in logged[flow] if known == call]
            peers.check(of_call == said, f"{flow}, {call}: {len(of_call)} tapped, "
                                         f"{len(said)} logged")
            count += len(said)
    peers.check(count >= 5 * 10, f"only {count} messages")


def an_exported_call_comes_back(lastcall, folder):
    """As pcapng, from a capture and from a simulated run."""
    path = os.path.join(folder, "again.pcapng")
    for sample in ("clean-call", "crossing-bye", "stuck-call"):
        source = replay_test.sample(sample)
        replay_test.run(lastcall, "export", "pcapng", source, "-o", path)
        peers.check(messages(lastcall, path) == messages(lastcall, source), sample)
    for scenario in PLAN:
        run = ("0", "--scenario", scenario)
        replay_test.run(lastcall, "export", "pcapng", *run, "-o", path)
        data = json.loads(replay_test.run(lastcall, "export", "json", *run))
        said = [(each["from"], each["to"], each["message"]) for each in data["messages"]]
        peers.check(messages(lastcall, path) == [(data["sip_call_id"], said)], scenario)


def export_pair(lastcall, folder, scenario):
    pair = os.path.join(folder, scenario)
    replay_test.run(lastcall, "export", "sipp", "0", "--scenario", scenario, "-o", pair)
    return os.path.join(pair, "caller.xml"), os.path.join(pair, "callee.xml")


def the_plan_runs_between_two_sipps(lastcall, folder):
    peers.need_sipp()
    for scenario in PLAN:
        caller, callee = export_pair(lastcall, folder, scenario)
        ports = peers.free_port(), peers.free_port()
        answering = peers.start_sipp(folder, scenario + "-callee", f"127.0.0.1:{ports[1]}",
                                     ports[0], "-sf", callee, "-m", "1")
        try:
            replay_test.wait_bound(answering, ports[0])
            calling = peers.start_sipp(folder, scenario + "-caller", f"127.0.0.1:{ports[0]}",
                                       ports[1], "-sf", caller, "-m", "1")
            peers.finish_sipp(calling, folder, scenario + "-caller", SECONDS)
            peers.finish_sipp(answering, folder, scenario + "-callee", SECONDS)
        finally:
            if answering.poll() is None:
                answering.kill()
                answering.wait()


def the_plan_runs_against_lastcall(lastcall, folder):
    peers.need_sipp()
    for scenario, options in PLAN.items():
        caller, _ = export_pair(lastcall, folder, scenario)
        log = os.path.join(folder, scenario + ".db")
        with peers.Serve(lastcall, log, options=options) as serve:
            sipp = peers.start_sipp(folder, scenario, f"127.0.0.1:{serve.port}", peers.free_port(),
                                    "-sf", caller, "-m", "1")
            peers.finish_sipp(sipp, folder, scenario, SECONDS)
            serve.stop()
        peers.judge(lastcall, log, 1)


def a_failure_is_one_file(lastcall, folder):
    """What fuzz has shrunk, with all that others need to see it, and what is in it works."""
    peers.need_sipp()
    subprocess.run([lastcall, "fuzz", "bye-during-hold", "--mutant", "plan-held", "--out", folder,
                    "--runs", "50"], capture_output=True, timeout=120, check=False)
    found = [name for name in os.listdir(folder) if name.endswith(".db")]
    peers.check(len(found) == 1, f"fuzz left {found}")
    log, path = os.path.join(folder, found[0]), os.path.join(folder, "repro.tar")
    replay_test.run(lastcall, "export", "repro", log, "-o", path)
    with tarfile.open(path) as archive:
        names = set(archive.getnames())
        archive.extractall(folder)
    peers.check(names == {"README.txt", "report.html", "ladder.svg", "ladder.txt", "call.json",
                          "call.pcapng", "caller.xml", "callee.xml", "run.db"}, f"{names}")
    copy = os.path.join(folder, "run.db")
    replay_test.run(lastcall, "replay", copy, status=1)
    told = replay_test.run(lastcall, "log", "diff", log, copy)
    peers.check("the same in both" in told, f"the copy differs: {told}")
    call = json.loads(replay_test.run(lastcall, "log", "calls", copy, "--format", "json"))[0]
    early = replay_test.run(lastcall, "log", "state", call["call"], copy, "--at", "15")
    late = replay_test.run(lastcall, "log", "state", call["call"], copy)
    peers.check("\nSession\n" in early and "\nSession\n" not in late, f"{early}\n{late}")
    with open(os.path.join(folder, "report.html"), encoding="utf-8") as report:
        peers.check("PO-1" in report.read(), "the report names the rule that was broken")
    peers.check(len(messages(lastcall, os.path.join(folder, "call.pcapng"))) == 1, "its packets")


def hep_is_heard(lastcall, folder):
    """An agent's packets, live; what is kept of them is read like a file."""
    message = ("OPTIONS sip:a@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.2;branch=z9hG4bK1\r\n"
               "Max-Forwards: 70\r\nFrom: <sip:b@192.0.2.2>;tag=1\r\nTo: <sip:a@192.0.2.1>\r\n"
               "Call-ID: heard\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n").encode()

    def chunk(kind, value):
        return struct.pack(">HHH", 0, kind, len(value) + 6) + value

    body = (chunk(1, b"\x02") + chunk(2, b"\x11") + chunk(3, bytes([192, 0, 2, 2])) +
            chunk(4, bytes([192, 0, 2, 1])) + chunk(7, b"\x13\xc4") + chunk(8, b"\x13\xc4") +
            chunk(9, struct.pack(">I", 1000)) + chunk(11, b"\x01") + chunk(15, message))
    packet = b"HEP3" + struct.pack(">H", len(body) + 6) + body
    kept = os.path.join(folder, "kept.hep")
    command = [lastcall, "import", "--listen-hep", "0", "--count", "3", "--seconds", "30", "--json",
               "-o", kept]
    with program.Program(command, "import") as listener:
        port = int(listener.expect(r"listening for HEP on 127.0.0.1:(\d+)").group(1))
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as agent:
            for each in (packet, b"rubbish", packet):
                agent.sendto(each, ("127.0.0.1", port))
        told = json.loads(listener.finish().splitlines()[-1])
    peers.check(told["packets"] == 3 and told["methods"] == {"OPTIONS": 2}, f"{told}")
    peers.check(told["findings_total"] == 1, f"{told}")
    told = json.loads(replay_test.run(lastcall, "import", kept, "--json"))
    peers.check(told["sip_messages"] == 2, f"kept: {told}")


def large_captures_are_measured(lastcall, _folder):
    told = json.loads(replay_test.run(lastcall, "bench", "import", "--size", "20", "--alone",
                                      "--format", "json"))
    peers.check(told["bytes"] >= 20e6 and told["import"]["megabytes_per_cpu_second"] > 1, f"{told}")
    peers.check(told["import"]["peak_bytes"] < 500e6, f"{told}")


TESTS = (a_tap_sees_what_the_log_says, an_exported_call_comes_back, the_plan_runs_between_two_sipps,
         the_plan_runs_against_lastcall, a_failure_is_one_file, hep_is_heard,
         large_captures_are_measured)

if __name__ == "__main__":
    peers.run_tests(sys.argv[1], sys.argv[2:], TESTS)
