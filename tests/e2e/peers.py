"""What the end-to-end tests share: lastcall and sipp as processes, and the log as a table.

Every process is started here and ended by its own id. Nothing sleeps to get an order: tests wait
for output or for an exit, within a bound.
"""
import contextlib
import os
import re
import resource
import select
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time

SKIPPED = 77
SERVE_READY_SECONDS = 30
STOP_SECONDS = 30


def need_sipp():
    """Ends the test as skipped, and says so, where sipp is missing."""
    if not shutil.which("sipp"):
        print("SKIPPED: sipp is not installed (Debian package sip-tester)")
        sys.exit(SKIPPED)


def free_port():
    """A UDP port that nobody uses now; taken again at once by whoever asked."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def check(condition, sentence):
    if not condition:
        raise AssertionError(sentence)


@contextlib.contextmanager
def scratch():
    """A directory for one test: kept and named when the test fails."""
    folder = tempfile.mkdtemp(prefix="lastcall-e2e-")
    try:
        yield folder
    except BaseException:
        print(f"what the test left behind: {folder}", file=sys.stderr)
        raise
    shutil.rmtree(folder)


class Serve:
    """`lastcall serve` from "listening on" to its exit, on a free port if none is given."""

    def __init__(self, program, log, port=0, file_bytes_max=resource.RLIM_INFINITY):
        command = [program, "serve", "--sip", f"udp:127.0.0.1:{port}", "--log", log]
        self.log = log
        self.output = ""
        limit = (file_bytes_max, resource.getrlimit(resource.RLIMIT_FSIZE)[1])
        # SIGXFSZ stays ignored, as Python has it: a write past the limit fails like a full disk.
        self.process = subprocess.Popen(
            command, stderr=subprocess.PIPE, restore_signals=False,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, limit))
        try:
            found = self._read_until(r"listening on udp:127\.0\.0\.1:(\d+)")
            self.port = int(found.group(1))
        except BaseException:
            self.kill()
            raise

    def _read_until(self, pattern):
        end = time.monotonic() + SERVE_READY_SECONDS
        stream = self.process.stderr.fileno()
        while time.monotonic() < end:
            if select.select([stream], [], [], 0.5)[0]:
                chunk = os.read(stream, 65536).decode()
                self.output += chunk
                found = re.search(pattern, self.output)
                if found:
                    return found
                check(chunk, f"serve ended before it was ready:\n{self.output}")
        raise AssertionError(f"serve did not say '{pattern}':\n{self.output}")

    def stop(self):
        """SIGTERM, a clean shutdown, exit 143. Returns all it wrote."""
        self.process.send_signal(signal.SIGTERM)
        return self.finish(143)

    def finish(self, expected):
        """Waits until it ends by itself. Returns all it wrote."""
        self.output += self.process.communicate(timeout=STOP_SECONDS)[1].decode()
        code = self.process.returncode
        check(code == expected, f"serve ended with {code} instead of {expected}:\n{self.output}")
        return self.output

    def kill(self):
        self.process.kill()
        self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.kill()


def start_sipp(folder, name, target, port, *options):
    """sipp as a process in the background, on its own port, its traces in `folder`."""
    command = ["sipp", target, "-i", "127.0.0.1", "-p", str(port), "-nostdin", "-trace_err",
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


def run(program, *arguments):
    """What the program prints; it must end by itself and with 0."""
    done = subprocess.run([program, *arguments], capture_output=True, text=True, timeout=120,
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
