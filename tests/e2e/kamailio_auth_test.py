"""Kamailio asks who we are: registration, and calls, with digests of MD5 and SHA-256. And
linphonec, baresip and sipp call a lastcall that asks who they are.

Usage: kamailio_auth_test.py LASTCALL [--keep] [TEST...]
"""
import os
import re
import subprocess
import sys

import baresip
import kamailio
import linphone
import peers
import wire

ASKED = os.path.join(os.path.dirname(os.path.abspath(__file__)), "asked_caller.xml")
SECONDS = 30
PASSWORD = "s3cr3t"
ACCOUNTS = f"""
[[account]]
user = "bob"
password = "{PASSWORD}"

[[account]]
user = "alice"
password = "{PASSWORD}"

[[user]]
realm = "lastcall.example"
user = "lin"
password = "{PASSWORD}"

[[user]]
realm = "lastcall.example"
user = "alice"
password = "{PASSWORD}"
"""


def accounts_in(folder):
    path = os.path.join(folder, "accounts.toml")
    with open(path, "w", encoding="utf-8", opener=lambda *a: os.open(*a, 0o600)) as file:
        file.write(ACCOUNTS)
    return path


def place(lastcall, target, log, *options):
    command = [lastcall, "call", target, "--log", log, *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)


# Shows REG-01, REG-05.
def registers_and_is_called(lastcall, folder):
    """serve registers, is called by its name, and leaves: then nobody of that name is there."""
    log = os.path.join(folder, "serve.db")
    with kamailio.Kamailio.asking(folder, PASSWORD) as proxy:
        options = ("--register", "--aor", proxy.uri("bob"), "--accounts", accounts_in(folder))
        with peers.Serve(lastcall, log, options=options) as serve, baresip.Baresip(
                folder, "alice", f";auth_user=alice;auth_pass={PASSWORD}") as alice:
            serve.expect("registered for")
            alice.tell("dial", proxy.uri("bob"))
            alice.until("CALL_ESTABLISHED")
            alice.tell("hangup")
            alice.until("CALL_CLOSED")
            serve.stop()
            alice.tell("dial", proxy.uri("bob"))
            alice.until("CALL_CLOSED")
            alice.quit()
        proxy.stop()
    peers.judge(lastcall, log, 1)
    wire.check_log(log)
    peers.check("404 Not Found" in alice.text, f"the name was still bound:\n{alice.text}")
    asked = wire.sent(log, "REGISTER")
    peers.check([each.uri for each in asked] == [f"sip:127.0.0.1:{proxy.port}"] * len(asked),
                "a REGISTER to another domain")
    peers.check(len({each.one("call-id") for each in asked}) == 1, "several Call-IDs")
    numbers = [each.cseq for each in asked]
    peers.check(numbers == list(range(numbers[0], numbers[0] + len(numbers))), f"CSeqs {numbers}")
    peers.check("expires=0" in asked[-1].one("contact"), "it did not take its binding back")


# Shows AUT-02, AUT-08, AUT-11, AUT-12, AUT-13.
def calls_with_credentials(lastcall, folder):
    """INVITE and BYE are challenged with 407, INVITE and ACK and BYE show credentials."""
    for algorithm in ("MD5", "SHA-256"):
        log = os.path.join(folder, f"call-{algorithm}.db")
        served = os.path.join(folder, f"serve-{algorithm}.db")
        accounts = accounts_in(folder)
        with kamailio.Kamailio.asking(folder, PASSWORD, algorithm) as proxy:
            with peers.Serve(lastcall, served, options=(
                    "--register", "--aor", proxy.uri("bob"), "--accounts", accounts)) as serve:
                serve.expect("registered for")
                call = place(lastcall, proxy.uri("bob"), log, "--accounts", accounts,
                             "--aor", "sip:alice@kamailio.example", "--for", "0.3")
                peers.check(call.returncode == 0,
                            f"the call ended with {call.returncode}:\n{call.stdout}")
                serve.stop()
            proxy.stop()
        for each in (log, served):
            peers.judge(lastcall, each, 1)
            wire.check_log(each)
        check_credentials(wire.sent(log), algorithm)


def check_credentials(requests, algorithm):
    digits = {"MD5": 32, "SHA-256": 64}[algorithm]
    shown = [each for each in requests if each.uri and each.all("proxy-authorization")]
    peers.check({each.method for each in shown} == {"INVITE", "ACK", "BYE"},
                f"credentials in {[each.method for each in shown]}")
    for each in shown:
        credentials = each.one("proxy-authorization")
        peers.check(f"algorithm={algorithm}" in credentials, f"another algorithm:\n{each}")
        peers.check(re.search(rf'response="[0-9a-f]{{{digits}}}"', credentials),
                    f"no digest of {digits} digits:\n{each}")


def a_stranger_is_refused(lastcall, folder):
    """With a wrong password the challenge comes again, and is not answered for ever."""
    log = os.path.join(folder, "call.db")
    with kamailio.Kamailio.asking(folder, "another") as proxy:
        call = place(lastcall, proxy.uri("bob"), log, "--accounts", accounts_in(folder),
                     "--aor", "sip:alice@kamailio.example")
        peers.check(call.returncode == 1, f"the call ended with {call.returncode}:\n{call.stdout}")
        proxy.stop()
    peers.judge(lastcall, log, 1)
    wire.check_log(log)
    asked = [each for each in wire.sent(log, "INVITE") if each.uri]
    peers.check(len(asked) == 2, f"{len(asked)} INVITEs instead of two")


def linphone_is_asked(lastcall, folder):
    """Who calls us without credentials gets a 401, SHA-256 first; linphonec asks its user for them.
    """
    log = os.path.join(folder, "serve.db")
    options = ("--realm", "lastcall.example", "--accounts", accounts_in(folder))
    with peers.Serve(lastcall, log, options=options) as serve, linphone.Linphone(folder) as phone:
        phone.tell(f"call sip:lastcall@127.0.0.1:{serve.port}", "Password for lin on lastcall.exam")
        phone.tell(PASSWORD, "Media streams established")
        phone.tell("pause", "Call [0-9]+ .*paused")
        phone.tell("terminate", "ended")
        phone.quit()
        serve.stop()
    peers.judge(lastcall, log, 1)
    wire.check_log(log)
    shown = [each.one("authorization") for each in wire.received(log)
             if each.all("authorization")]
    peers.check(shown and "SHA-256" in shown[0], f"credentials {shown}")


def sipp_is_asked(lastcall, folder):
    """Ten calls through a proxy that leaves only the challenge that sipp knows, of MD5."""
    log = os.path.join(folder, "serve.db")
    options = ("--realm", "lastcall.example", "--accounts", accounts_in(folder))
    with kamailio.Kamailio(folder, replies=kamailio.ONLY_MD5) as proxy, \
            peers.Serve(lastcall, log, options=options) as serve:
        proxy.bind("lastcall", f"sip:lastcall@127.0.0.1:{serve.port}")
        sipp = peers.start_sipp(folder, "asked", f"127.0.0.1:{proxy.port}", peers.free_port(),
                                "-sf", ASKED, "-s", "lastcall", "-m", "10", "-r", "50",
                                "-auth_uri", f"lastcall@127.0.0.1:{proxy.port}")
        peers.finish_sipp(sipp, folder, "asked", SECONDS)
        serve.stop()
        proxy.stop()
    peers.judge(lastcall, log, 10)
    wire.check_log(log)


def baresip_is_asked(lastcall, folder):
    """The same with baresip, which gives up at the first challenge it does not know."""
    log = os.path.join(folder, "serve.db")
    options = ("--realm", "lastcall.example", "--accounts", accounts_in(folder))
    with kamailio.Kamailio(folder, replies=kamailio.ONLY_MD5) as proxy, \
            peers.Serve(lastcall, log, options=options) as serve, baresip.Baresip(
                folder, "lin", f";auth_user=lin;auth_pass={PASSWORD}") as phone:
        proxy.bind("lastcall", f"sip:lastcall@127.0.0.1:{serve.port}")
        phone.tell("dial", proxy.uri("lastcall"))
        phone.until("CALL_ESTABLISHED")
        phone.tell("hangup")
        phone.quit()
        serve.stop()
        proxy.stop()
    peers.judge(lastcall, log, 1)
    wire.check_log(log)
    shown = [each.one("authorization") for each in wire.received(log, "INVITE")
             if each.all("authorization")]
    peers.check(shown and "SHA-256" not in shown[0], f"credentials {shown}")


TESTS = (registers_and_is_called, calls_with_credentials, a_stranger_is_refused, linphone_is_asked,
         sipp_is_asked, baresip_is_asked)

if __name__ == "__main__":
    kamailio.need()
    peers.need("baresip", "baresip-core")
    peers.need("linphonec", "linphone-cli")
    peers.need_sipp()
    peers.run_tests(sys.argv[1], sys.argv[2:], TESTS)
