"""baresip as a phone without sound card: it plays a file, and is told what to do over TCP."""
import json
import math
import os
import socket
import struct
import wave

import peers
import program

MODULES = "/usr/lib/baresip/modules"
CONFIG = """sip_listen 127.0.0.1:{port}
net_interface 127.0.0.1
call_max_calls 4
audio_path /nonexistent
audio_source aufile,{folder}/tone.wav
audio_alert aufile,{folder}/alert.wav
audio_channels 1-1
module_path {modules}
module g711.so
module aufile.so
module ctrl_tcp.so
module_app account.so
module_app menu.so
ctrl_tcp_listen 127.0.0.1:{control}
"""
ANSWER_SECONDS = 20


class Baresip(program.Program):
    """One phone with one account. `text` holds every SIP message it sent and got."""

    def __init__(self, folder, user, account=""):
        self.port = peers.free_port(3)  # the second one is for TLS, whether wanted or not
        self.control_port = self.port + 2
        self.user = user
        folder = os.path.join(folder, user)
        os.mkdir(folder)
        write_tone(os.path.join(folder, "tone.wav"))
        self._write(folder, "config", CONFIG.format(
            port=self.port, control=self.control_port, folder=folder, modules=MODULES))
        self._write(folder, "accounts", f"<{self.uri()}>;regint=0;audio_codecs=PCMU{account}\n")
        self._write(folder, "contacts", "")
        super().__init__(["baresip", "-f", folder, "-s", "-v"], f"baresip {user}")
        self._heard, self._told = b"", []
        try:
            self.expect("baresip is ready")
            self._control = socket.create_connection(("127.0.0.1", self.control_port))
            self._control.settimeout(ANSWER_SECONDS)
        except BaseException:
            self.kill()
            raise

    @staticmethod
    def _write(folder, name, text):
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write(text)

    def uri(self):
        return f"sip:{self.user}@127.0.0.1:{self.port}"

    def tell(self, command, params=""):
        """Gives it a command and waits for its answer."""
        text = json.dumps({"command": command, "params": params, "token": command}).encode()
        self._control.sendall(b"%d:%s," % (len(text), text))
        passed = []
        while not (answer := self._next()).get("response"):
            passed.append(answer)
        self._told += passed
        peers.check(answer["ok"], f"{self.name} did not {command} {params}: {answer}\n{self.text}")

    def until(self, kind):
        """Waits for an event, such as CALL_ESTABLISHED; what came before it is forgotten."""
        while (news := self._told.pop(0) if self._told else self._next()).get("type") != kind:
            pass
        return news

    def _next(self):
        """The next netstring of its control connection."""
        while True:
            length, colon, rest = self._heard.partition(b":")
            if colon and len(rest) > int(length):
                self._heard = rest[int(length) + 1:]
                return json.loads(rest[:int(length)])
            try:
                chunk = self._control.recv(65536)
            except TimeoutError:
                chunk = b""
            peers.check(chunk, f"{self.name} says nothing more:\n{self.text[-6000:]}")
            self._heard += chunk

    def quit(self):
        self.tell("quit")
        self._control.close()
        return self.finish()


def write_tone(path):
    """Twenty seconds of 440 Hz."""
    with wave.open(path, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        second = b"".join(struct.pack("<h", int(8000 * math.sin(2 * math.pi * 440 * i / 8000)))
                          for i in range(8000))
        file.writeframes(second * 20)
