"""A program as the tests have it: started here, listened to, spoken to, ended by its own id.

It runs in a process group of its own, so that whatever it started ends with it. Waiting is for
what it says, within a bound; nothing here sleeps to get an order.
"""
import os
import pty
import re
import signal
import subprocess
import threading

READY_SECONDS = 30
STOP_SECONDS = 30


class Program:
    """Everything it writes, on both streams, is kept in `text`; `expect` reads on from there."""

    def __init__(self, command, name, terminal=False, **popen):
        self.name = name
        self.text = ""
        self._past = 0
        self._over = False
        self._news = threading.Condition()
        ours, theirs = pty.openpty() if terminal else os.pipe()
        self._ours = ours
        stdin = theirs if terminal else subprocess.DEVNULL
        self.process = subprocess.Popen(command, stdin=stdin, stdout=theirs, stderr=theirs,
                                        start_new_session=True, **popen)
        os.close(theirs)
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def _listen(self):
        while True:
            try:
                chunk = os.read(self._ours, 65536)
            except OSError:  # A terminal whose other end was closed.
                chunk = b""
            with self._news:
                self.text += chunk.decode(errors="replace")
                self._over = not chunk
                self._news.notify_all()
                if not chunk:
                    return

    def expect(self, pattern, seconds=READY_SECONDS):
        """Waits for the pattern in what it wrote after the last match. Returns the match."""
        def found():
            return re.search(pattern, self.text[self._past:])
        with self._news:
            self._news.wait_for(lambda: self._over or found(), timeout=seconds)
            match = found()
            if not match:
                state = "ended" if self._over else f"within {seconds} s"
                raise AssertionError(f"{self.name} did not say '{pattern}' ({state}):\n"
                                     f"{self.text[-6000:]}")
            self._past += match.end()
            return match

    def say(self, line):
        """Types a line at its terminal."""
        os.write(self._ours, line.encode() + b"\n")

    def stop(self, expected=0):
        """SIGTERM and a clean end. Returns all it wrote."""
        self.process.send_signal(signal.SIGTERM)
        return self.finish(expected)

    def finish(self, expected=0):
        """Waits until it ends by itself. Returns all it wrote."""
        code = self.process.wait(timeout=STOP_SECONDS)
        self._listener.join(timeout=STOP_SECONDS)
        if code != expected:
            raise AssertionError(f"{self.name} ended with {code} instead of {expected}:\n"
                                 f"{self.text[-6000:]}")
        return self.text

    def kill(self):
        """Ends it, with the processes it started, unless it has ended by itself."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()
