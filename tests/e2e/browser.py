"""A real browser without a screen: chromium, spoken to by the DevTools protocol over two pipes.

It is started here with a profile of its own, loads files only, and is ended by its own id.
"""
import base64
import json
import os
import select
import signal
import subprocess
import time

SECONDS = 60


class Browser:
    def __init__(self, folder):
        self._number = 0
        self._rest = b""
        self.events = []
        theirs_in, self._out = os.pipe()
        self._in, theirs_out = os.pipe()
        command = ["chromium", "--headless=new", "--remote-debugging-pipe", "--disable-gpu",
                   "--no-first-run", "--disable-extensions", "--disable-dev-shm-usage",
                   "--disable-background-networking", "--hide-scrollbars",
                   "--user-data-dir=" + os.path.join(folder, "profile"), "about:blank"]
        if os.geteuid() == 0:
            command.insert(1, "--no-sandbox")  # which root may not have

        def plug():  # It reads from 3 and writes to 4.
            here, there = os.dup(theirs_in), os.dup(theirs_out)
            os.dup2(here, 3)
            os.dup2(there, 4)

        with open(os.path.join(folder, "chromium.txt"), "wb") as output:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output,
                                            stderr=output, close_fds=False, preexec_fn=plug,
                                            start_new_session=True)
        os.close(theirs_in)
        os.close(theirs_out)
        self._session = None
        try:
            target = self.ask("Target.createTarget", url="about:blank")["targetId"]
            self._session = self.ask("Target.attachToTarget", targetId=target,
                                     flatten=True)["sessionId"]
            self.ask("Page.enable")
            self.ask("Runtime.enable")
        except BaseException:
            self.close()
            raise

    def ask(self, method, **parameters):
        """One command, and what it gives; events that come before are kept."""
        self._number += 1
        request = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            request["sessionId"] = self._session
        os.write(self._out, json.dumps(request).encode() + b"\0")
        while True:
            answer = self._read()
            if answer.get("id") == self._number:
                if "error" in answer:
                    raise AssertionError(f"{method}: {answer['error']}")
                return answer["result"]
            self.events.append(answer)

    def _read(self):
        end = time.monotonic() + SECONDS
        while b"\0" not in self._rest:
            ready, _, _ = select.select([self._in], [], [], max(0, end - time.monotonic()))
            chunk = os.read(self._in, 1 << 20) if ready else b""
            if not chunk:
                raise AssertionError("the browser says nothing more")
            self._rest += chunk
        answer, _, self._rest = self._rest.partition(b"\0")
        return json.loads(answer)

    def open(self, path, width=1400, height=900, scheme="light"):
        """Loads a file as a reader with this window and this taste would see it."""
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=height,
                 deviceScaleFactor=1, mobile=False)
        self.ask("Emulation.setEmulatedMedia",
                 features=[{"name": "prefers-color-scheme", "value": scheme}])
        self.events.clear()
        self.ask("Page.navigate", url="file://" + os.path.abspath(path))
        while not any(each.get("method") == "Page.loadEventFired" for each in self.events):
            self.events.append(self._read())

    def value(self, expression):
        """What this expression of JavaScript comes to on the page."""
        told = self.ask("Runtime.evaluate", expression=expression, returnByValue=True)
        if "exceptionDetails" in told:
            raise AssertionError(f"{expression}: {told['exceptionDetails']}")
        return told["result"].get("value")

    def press(self, key):
        letter = {"text": key} if len(key) == 1 else {}
        self.ask("Input.dispatchKeyEvent", type="keyDown", key=key, **letter)
        self.ask("Input.dispatchKeyEvent", type="keyUp", key=key)

    def picture(self, path):
        image = self.ask("Page.captureScreenshot", format="png")["data"]
        with open(path, "wb") as file:
            file.write(base64.b64decode(image))

    def faults(self):
        """What went wrong on the page: exceptions, dialogs, what it tried to load."""
        odd = ("Runtime.exceptionThrown", "Page.javascriptDialogOpening", "Log.entryAdded")
        return [each for each in self.events if each.get("method") in odd]

    def close(self):
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        os.close(self._in)
        os.close(self._out)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
