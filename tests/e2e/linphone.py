"""linphonec as a phone without sound card, at a terminal of its own."""
import os

import peers
import program

CONFIG = """[sip]
sip_port={port}
sip_tcp_port=0
sip_tls_port=0
bind_address=127.0.0.1
contact=sip:lin@127.0.0.1
guess_hostname=0
use_ipv6=0
media_encryption=none
[rtp]
bind_address=127.0.0.1
prefer_ipv6=0
[net]
mtu=1300
[misc]
enable_lime=0
[video]
automatically_initiate=0
automatically_accept=0
display=0
capture=0
"""


class Linphone(program.Program):
    """One phone. Its log, with every SIP message, is `linphone.log` in the folder."""

    def __init__(self, folder, *options):
        self.port = peers.free_port()
        self.log = os.path.join(folder, "linphone.log")
        os.makedirs(os.path.join(folder, ".local", "share", "linphone"))
        config = os.path.join(folder, "linphonerc")
        with open(config, "w", encoding="utf-8") as file:
            file.write(CONFIG.format(port=self.port))
        super().__init__(["linphonec", "-c", config, "-d", "6", "-l", self.log, *options],
                         "linphonec", terminal=True,
                         env=dict(os.environ, HOME=folder, TERM="dumb"))
        try:
            self.expect("linphonec> ")
            self.tell("soundcard use files", "Using wav files")
        except BaseException:
            self.kill()
            raise

    def uri(self):
        return f"sip:lin@127.0.0.1:{self.port}"

    def tell(self, line, answer):
        """Types a command, and waits for what linphonec then says."""
        self.say(line)
        self.expect(answer)

    def quit(self):
        self.tell("quit", "Terminating")
        return self.finish()
