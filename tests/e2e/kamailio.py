"""Kamailio as the proxy and registrar in front: it record-routes, relays, and forks in parallel
to all contacts of a name. Its whole configuration is written here, into the test's own folder."""
import os
import signal
import subprocess
import tempfile

import peers
import program

CONFIG = """#!KAMAILIO
debug=2
log_stderror=yes
children=2
tcp_children=1
auto_aliases=no
dns=no
rev_dns=no
listen=udp:127.0.0.1:{port}
listen=tcp:127.0.0.1:{port}
loadmodule "tm.so"
loadmodule "sl.so"
loadmodule "rr.so"
loadmodule "pv.so"
loadmodule "xlog.so"
loadmodule "corex.so"
loadmodule "maxfwd.so"
loadmodule "textops.so"
loadmodule "siputils.so"
loadmodule "usrloc.so"
loadmodule "registrar.so"
{modules}
modparam("usrloc", "db_mode", 0)

request_route {{
  xlog("L_NOTICE", "$rm $ru from $si:$sp\\n");
  if (!mf_process_maxfwd_header("10")) {{
    sl_send_reply("483", "Too Many Hops");
    exit;
  }}
  if (is_method("CANCEL")) {{
    if (t_check_trans()) t_relay();
    exit;
  }}
  {checks}
  if (has_totag()) {{
    if (loose_route()) t_relay();
    else if (is_method("ACK")) {{ if (t_check_trans()) t_relay(); }}
    else sl_send_reply("404", "Not Here");
    exit;
  }}
  t_check_trans();
  if (is_method("REGISTER")) {{
    save("location");
    exit;
  }}
  if (is_method("INVITE|SUBSCRIBE")) record_route();
  if (!lookup("location")) {{
    sl_send_reply("404", "Not Found");
    exit;
  }}
  t_relay();
}}

onreply_route {{
  xlog("L_NOTICE", "$rs to $rm from $si:$sp\\n");
  {replies}
}}

event_route[core:worker-one-init] {{
  xlog("L_NOTICE", "proxy ready\\n");
}}
"""

ENDING_SECONDS = 5
REALM = "kamailio.example"
# For phones that look at the first challenge only, and know only MD5.
ONLY_MD5 = r'''if (status == "401") subst("/^WWW-Authenticate:[^\r\n]*SHA-[^\r\n]*\r\n//g");'''
# Digest authentication of everybody's REGISTER, INVITE and BYE, by one fixed secret. It counts: a
# nonce count that does not go up is refused as stale (RFC 7616 3.4).
AUTH_MODULES = """
loadmodule "auth.so"
modparam("auth", "nonce_count", 1)
modparam("auth", "qop", "auth")
modparam("auth", "algorithm", "{algorithm}")
"""
AUTH_CHECKS = """
  if (is_method("REGISTER")) {{
    if (!pv_www_authenticate("{realm}", "{password}", "0")) {{
      www_challenge("{realm}", "1");
      exit;
    }}
  }} else if (is_method("INVITE|BYE")) {{
    if (!pv_proxy_authenticate("{realm}", "{password}", "0")) {{
      proxy_challenge("{realm}", "1");
      exit;
    }}
    consume_credentials();
  }}
"""


def need():
    peers.need("kamailio", "kamailio")
    peers.need("sipsak", "sipsak")


class Kamailio(program.Program):
    """From "proxy ready" to a clean end. `text` tells every request and response it saw."""

    @classmethod
    def asking(cls, folder, password, algorithm="MD5"):
        """One that wants to know who everybody is: any name with this password."""
        return cls(folder, AUTH_MODULES.format(algorithm=algorithm),
                   AUTH_CHECKS.format(realm=REALM, password=password))

    def __init__(self, folder, modules="", checks="", replies=""):
        self.port = peers.free_port()
        folder = tempfile.mkdtemp(prefix="kamailio-", dir=folder)
        config = os.path.join(folder, "kamailio.cfg")
        with open(config, "w", encoding="utf-8") as file:
            file.write(CONFIG.format(port=self.port, modules=modules, checks=checks,
                                     replies=replies))
        super().__init__(["kamailio", "-DD", "-E", "-m", "16", "-M", "4", "-Y", folder,
                          "-w", folder, "-f", config], "kamailio")
        try:
            self.expect("proxy ready")
        except BaseException:
            self.kill()
            raise

    def stop(self, expected=0):
        """A clean end, unless its processes wait for one another for ever, as they may under load:
        that is its own affair."""
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(timeout=ENDING_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            return self.text
        return self.finish(expected)

    def uri(self, user):
        return f"sip:{user}@127.0.0.1:{self.port}"

    def bind(self, user, contact, password=""):
        """Registers a contact of this user, as sipsak does it."""
        secret = ["-u", user, "-a", password] if password else []
        done = subprocess.run(["sipsak", "-U", "-C", f"<{contact}>", "-s", self.uri(user),
                               "-x", "600", *secret],
                              capture_output=True, text=True, timeout=20, check=False)
        peers.check(done.returncode == 0, f"sipsak could not register {user}:\n{done.stdout}")
