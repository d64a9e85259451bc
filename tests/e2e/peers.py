"""What the end-to-end tests share: lastcall and sipp as processes, and the log as a table.

Every process is started here and ended by its own id. Nothing sleeps to get an order: tests wait
for output or for an exit, within a bound.
"""
import contextlib
import os
import re
import resource
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time

import program

SKIPPED = 77


def need(name, package):
    """Ends the test as skipped, and says so, where a real peer is not installed."""
    if not shutil.which(name):
        print(f"SKIPPED: {name} is not installed (Debian package {package})")
        sys.exit(SKIPPED)


def need_sipp():
    need("sipp", "sip-tester")


def free_port(in_a_row=1):
    """A port that nobody uses now, by UDP or TCP, or the first of several in a row; taken again at
    once by whoever asked."""
    while True:
        with contextlib.ExitStack() as held:
            def take(kind, port):
                taken = held.enter_context(socket.socket(socket.AF_INET, kind))
                taken.bind(("127.0.0.1", port))
                return taken.getsockname()[1]
            try:
                first = take(socket.SOCK_DGRAM, 0)
                take(socket.SOCK_STREAM, first)
                for port in range(first + 1, first + in_a_row):
                    take(socket.SOCK_DGRAM, port)
                    take(socket.SOCK_STREAM, port)
            except (OSError, OverflowError):
                continue
            return first


def wait_listening(process, port):
    """Until somebody takes TCP connections at this port; as the kernel tells it, without one."""
    listening = re.compile(rf":{port:04X} \S+ 0A ")
    end = time.monotonic() + program.READY_SECONDS
    while time.monotonic() < end and process.poll() is None:
        with open("/proc/net/tcp", encoding="ascii") as v4, \
                open("/proc/net/tcp6", encoding="ascii") as v6:
            if listening.search(v4.read() + v6.read()):
                return
        time.sleep(0.01)
    raise AssertionError(f"nobody listens at port {port}")


def check(condition, sentence):
    if not condition:
        raise AssertionError(sentence)


@contextlib.contextmanager
def scratch(keep=False):
    """A directory for one test: kept and named when the test fails, or if it is asked for."""
    folder = tempfile.mkdtemp(prefix="lastcall-e2e-")
    try:
        yield folder
    except BaseException:
        print(f"what the test left behind: {folder}", file=sys.stderr)
        raise
    if keep:
        print(f"kept: {folder}")
    else:
        shutil.rmtree(folder)


class Serve(program.Program):
    """`lastcall serve` from "listening on" to its exit, on a free port if none is given."""

    def __init__(self, lastcall, log, port=0, options=(), file_bytes_max=resource.RLIM_INFINITY):
        self.log = log
        limit = (file_bytes_max, resource.getrlimit(resource.RLIMIT_FSIZE)[1])
        sip = [] if "--sip" in options else ["--sip", f"udp:127.0.0.1:{port}"]
        # SIGXFSZ stays ignored, as Python has it: a write past the limit fails like a full disk.
        super().__init__([lastcall, "serve", "--log", log, *sip, *options], "serve",
                         restore_signals=False,
                         preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, limit))
        try:
            self.port = int(self.expect(r"listening on \w+:\S+:(\d+)").group(1))
        except BaseException:
            self.kill()
            raise

    def stop(self, expected=143):
        return super().stop(expected)


def start_sipp(folder, name, target, port, *options, host="127.0.0.1"):
    """sipp as a process in the background, on its own port, its traces in `folder`."""
    command = ["sipp", target, "-i", host, "-p", str(port), "-nostdin", "-trace_err",
               "-error_file", os.path.join(folder, name + ".errors"), *options]
    with open(os.path.join(folder, name + ".out"), "w", encoding="utf-8") as output:
        return subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT,
                                stdin=subprocess.DEVNULL, cwd=folder)


def finish_sipp(process, folder, name, seconds):
    """Waits for its end; sipp exits with 0 only if no call failed. Returns its last screen."""
    try:
        code = process.wait(timeout=seconds)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
    with open(os.path.join(folder, name + ".out"), encoding="utf-8", errors="replace") as file:
        screen = file.read()[-6000:]
    check(code == 0, f"sipp {name} ended with {code}:\n{screen}")
    return screen


def sipp_count(screen, label):
    """The cumulative value of a line of sipp's last statistics screen."""
    found = re.findall(rf"^\s*{label}\s*\|.*\|\s*(\d+)\s*$", screen, re.M)
    check(found, f"sipp's statistics have no '{label}':\n{screen}")
    return int(found[-1])


def run(lastcall, *arguments):
    """What the program prints; it must end by itself and with 0."""
    done = subprocess.run([lastcall, *arguments], capture_output=True, text=True, timeout=120,
                          check=False)
    check(done.returncode == 0,
          f"{arguments}: exit {done.returncode}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.stdout


def rows(log, query):
    with contextlib.closing(sqlite3.connect(f"file:{log}?mode=ro", uri=True)) as file:
        return file.execute(query).fetchall()


def check_endings(log, calls):
    """Each call ended once, in two phases, unforced, and nobody was told "not found"."""
    count = rows(log, "SELECT count(*) FROM event WHERE type = 'CallStarted'")[0][0]
    check(count == calls, f"{count} calls were started instead of {calls}")
    for kind in ("CallTerminating", "CallTerminated"):
        odd = rows(log, f"""SELECT started.call, count(ending.pos) AS times
                            FROM event AS started LEFT JOIN event AS ending
                            ON ending.call = started.call AND ending.type = '{kind}'
                            WHERE started.type = 'CallStarted'
                            GROUP BY started.call HAVING times != 1""")
        check(not odd, f"calls without exactly one {kind}: {odd[:5]}")
    forced = rows(log, """SELECT call, data FROM event WHERE type = 'CallTerminated'
                          AND json_extract(data, '$.forced') != 0""")
    check(not forced, f"forced endings: {forced[:5]}")
    lost = rows(log, """SELECT pos, type, data FROM event
                        WHERE data LIKE '%"not-found"%' OR data LIKE '%"call-not-found"%'""")
    check(not lost, f"somebody was told 'not found': {lost[:5]}")


def judge(lastcall, log, calls):
    """The log of a real run is whole, its calls ended properly, and the engine decides it again."""
    check_endings(log, calls)
    run(lastcall, "log", "verify", log)
    run(lastcall, "replay", log)


def run_tests(lastcall, options, tests):
    """Each test in a folder of its own, or only those that are named; says how long each took.

    With --keep the folders, with their logs, stay.
    """
    names = [option for option in options if option != "--keep"]
    for test in tests:
        if names and test.__name__ not in names:
            continue
        begun = time.monotonic()
        with scratch(keep="--keep" in options) as folder:
            test(lastcall, folder)
        print(f"{test.__name__}: good, {time.monotonic() - begun:.1f} s", flush=True)
