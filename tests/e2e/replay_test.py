"""From the captures in docs/samples to verdicts, reruns, exports and a pair of scenarios that sipp
runs unchanged.

Usage: replay_test.py LASTCALL [--keep] [TEST...]
"""
import json
import os
import subprocess
import sys
import time

import peers
import program

SAMPLES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "docs", "samples")


def sample(name):
    return os.path.join(SAMPLES, name + ".pcap")


def run(lastcall, *arguments, status=0):
    """What it prints; it must end with this status, if one is named."""
    done = subprocess.run([lastcall, *arguments], capture_output=True, text=True, timeout=60,
                          check=False)
    peers.check(status in (None, done.returncode), f"{arguments} ended with {done.returncode}: "
                                                    f"{done.stdout}{done.stderr}")
    return done.stdout


def rules(lastcall, path, status=0):
    told = json.loads(run(lastcall, "replay", path, "--format", "json", status=status))
    return [finding["rule"] for call in told["calls"] for finding in call["findings"]]


def samples_are_judged_as_their_readme_says(lastcall, _folder):
    peers.check(rules(lastcall, sample("clean-call")) == [], "the clean call")
    peers.check(rules(lastcall, sample("crossing-bye")) == ["R-5407-3.2.1"], "the crossing BYE")
    peers.check(rules(lastcall, sample("stuck-call"), status=1) == ["I-29"], "the stuck call")


def lastcall_does_in_its_seat_what_it_did(lastcall, _folder):
    for name, seat in (("clean-call", "callee"), ("stuck-call", "callee"),
                       ("crossing-bye", "caller")):
        told = json.loads(run(lastcall, "replay", sample(name), "--as", seat, "--format", "json"))
        peers.check(told["verdict"] != "different", f"{name}: {told}")
        peers.check(told["findings"] == [], f"{name}: {told}")


def an_exported_capture_gives_the_same_call(lastcall, folder):
    path = os.path.join(folder, "again.pcapng")
    run(lastcall, "export", "pcapng", sample("stuck-call"), "-o", path)
    peers.check(rules(lastcall, path, status=1) == ["I-29"], "exported and imported")


def a_report_is_one_file(lastcall, folder):
    path = os.path.join(folder, "report.html")
    run(lastcall, "export", "html", sample("stuck-call"), "--scrub", "-o", path)
    with open(path, encoding="utf-8") as file:
        html = file.read()
    peers.check("No ACK for this 200" in html, "the finding stands in the report")
    peers.check("127.0.0.1" not in html, "scrubbed")
    peers.check("http://" not in html and "src=" not in html, "nothing is loaded")


def exported_pairs_run_in_sipp(lastcall, folder):
    peers.need_sipp()
    for name, status in (("clean-call", 0), ("crossing-bye", 0)):
        pair = os.path.join(folder, name)
        run(lastcall, "export", "sipp", sample(name), "-o", pair)
        callee, caller = peers.free_port(), peers.free_port()
        common = ["-i", "127.0.0.1", "-m", "1", "-nostdin", "-timeout", "30"]
        log = os.path.join(pair, "callee.log")
        with open(os.devnull, "w", encoding="utf-8") as nothing:
            answering = subprocess.Popen(
                ["sipp", "-sf", os.path.join(pair, "callee.xml"), "-p", str(callee), *common,
                 "-trace_msg", "-message_file", log, f"127.0.0.1:{caller}"],
                stdout=nothing, stderr=nothing)
            try:
                # The scenario repeats nothing that comes too soon.
                wait_bound(answering, callee)
                calling = subprocess.run(
                    ["sipp", "-sf", os.path.join(pair, "caller.xml"), "-p", str(caller), *common,
                     f"127.0.0.1:{callee}"], stdout=nothing, stderr=nothing, timeout=60,
                    check=False)
                peers.check(calling.returncode == 0, f"{name}: the caller: {calling.returncode}")
                peers.check(answering.wait(timeout=60) == 0, f"{name}: the callee")
            finally:
                if answering.poll() is None:
                    answering.kill()
                    answering.wait()
        peers.check(rules(lastcall, log, status) == rules(lastcall, sample(name), status),
                    f"{name}: the pair reproduces the order")


def wait_bound(process, port):
    """Until somebody has bound this UDP port of the loopback interface, as the kernel tells it."""
    end = time.monotonic() + program.READY_SECONDS
    while time.monotonic() < end and process.poll() is None:
        with open("/proc/net/udp", encoding="ascii") as table:
            if f"0100007F:{port:04X} " in table.read():
                return
        time.sleep(0.01)
    raise AssertionError(f"nobody is at port {port}")


TESTS = (samples_are_judged_as_their_readme_says, lastcall_does_in_its_seat_what_it_did,
         an_exported_capture_gives_the_same_call, a_report_is_one_file,
         exported_pairs_run_in_sipp)

if __name__ == "__main__":
    peers.run_tests(sys.argv[1], sys.argv[2:], TESTS)
