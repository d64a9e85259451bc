"""lastcall behind Kamailio, which record-routes: called, calling, held, and forked to.

Usage: kamailio_test.py LASTCALL [--keep] [TEST...]
"""
import os
import re
import signal
import subprocess
import sys

import baresip
import kamailio
import peers
import program
import wire

SECONDS = 30


def place(lastcall, target, log, *options):
    command = [lastcall, "call", target, "--log", log, *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)


def called_through_the_proxy(lastcall, folder):
    """baresip calls, holds, resumes and hangs up; all of it is loosely routed."""
    log = os.path.join(folder, "serve.db")
    with kamailio.Kamailio(folder) as proxy, peers.Serve(lastcall, log) as serve, \
            baresip.Baresip(folder, "alice") as alice:
        proxy.bind("lastcall", f"sip:lastcall@127.0.0.1:{serve.port}")
        alice.tell("dial", proxy.uri("lastcall"))
        alice.until("CALL_ESTABLISHED")
        alice.until("CALL_RTPESTAB")
        alice.tell("hold")
        alice.until("CALL_REMOTE_SDP")
        alice.tell("resume")
        alice.until("CALL_REMOTE_SDP")
        alice.tell("hangup")
        alice.quit()
        serve.stop()
        proxy.stop()
    peers.judge(lastcall, log, 1)
    wire.check_log(log)


def calls_through_the_proxy(lastcall, folder):
    """It calls baresip, holds, resumes and hangs up: ACK, re-INVITE and BYE take the route."""
    log = os.path.join(folder, "call.db")
    with kamailio.Kamailio(folder) as proxy, \
            baresip.Baresip(folder, "bob", ";answermode=auto") as bob:
        proxy.bind("bob", bob.uri())
        call = place(lastcall, proxy.uri("bob"), log, "--for", "0.9", "--hold-after", "300",
                     "--hold-for", "200")
        peers.check(call.returncode == 0, f"the call ended with {call.returncode}:\n{call.stdout}")
        bob.until("CALL_CLOSED")
        bob.quit()
        proxy.stop()
    peers.judge(lastcall, log, 1)
    wire.check_log(log)


# Shows DLG-01.
def called_through_two_proxies(lastcall, folder):
    """The callee hangs up: its BYE takes the recorded route in the order of the request."""
    log = os.path.join(folder, "serve.db")
    with kamailio.Kamailio(folder) as near, kamailio.Kamailio(folder) as far, \
            peers.Serve(lastcall, log) as serve, baresip.Baresip(folder, "alice") as alice:
        near.bind("lastcall", f"sip:lastcall@127.0.0.1:{far.port}")
        far.bind("lastcall", f"sip:lastcall@127.0.0.1:{serve.port}")
        alice.tell("dial", near.uri("lastcall"))
        alice.until("CALL_ESTABLISHED")
        serve.stop()
        alice.until("CALL_CLOSED")
        alice.quit()
        near.stop()
        far.stop()
    peers.judge(lastcall, log, 1)
    wire.check_log(log)
    route = wire.sent(log, "BYE")[0].all("route")
    check_hops(route, far, near)


# Shows DLG-02.
def calls_through_two_proxies(lastcall, folder):
    """The caller's ACK, re-INVITEs and BYE take the recorded route in reverse."""
    log = os.path.join(folder, "call.db")
    with kamailio.Kamailio(folder) as near, kamailio.Kamailio(folder) as far, \
            baresip.Baresip(folder, "bob", ";answermode=auto") as bob:
        near.bind("bob", f"sip:bob@127.0.0.1:{far.port}")
        far.bind("bob", bob.uri())
        call = place(lastcall, near.uri("bob"), log, "--for", "0.5", "--hold-after", "200",
                     "--hold-for", "100")
        peers.check(call.returncode == 0, f"the call ended with {call.returncode}:\n{call.stdout}")
        bob.until("CALL_CLOSED")
        bob.quit()
        near.stop()
        far.stop()
    peers.judge(lastcall, log, 1)
    wire.check_log(log)
    for request in wire.sent(log, "ACK") + wire.sent(log, "INVITE") + wire.sent(log, "BYE"):
        if request.uri and request.tag("to"):
            check_hops(request.all("route"), near, far)


def check_hops(route, *proxies):
    hops = [re.search(r":(\d+);", uri).group(1) for uri in route]
    peers.check(hops == [str(proxy.port) for proxy in proxies], f"the route is {route}")


def called_over_tcp_behind_a_proxy(lastcall, folder):
    """UDP before the proxy, TCP behind it: it records itself twice, and both stay in the route."""
    log = os.path.join(folder, "serve.db")
    with kamailio.Kamailio(folder) as proxy, peers.Serve(lastcall, log) as serve, \
            baresip.Baresip(folder, "alice") as alice:
        proxy.bind("lastcall", f"sip:lastcall@127.0.0.1:{serve.port};transport=tcp")
        alice.tell("dial", proxy.uri("lastcall"))
        alice.until("CALL_ESTABLISHED")
        alice.tell("hold")
        alice.until("CALL_REMOTE_SDP")
        serve.stop()
        alice.until("CALL_CLOSED")
        alice.quit()
        proxy.stop()
    peers.judge(lastcall, log, 1)
    wire.check_log(log)
    bye = wire.sent(log, "BYE")[0]
    peers.check(bye.one("via").startswith("SIP/2.0/TCP"), f"the BYE went another way:\n{bye}")
    check_hops(bye.all("route"), proxy, proxy)


def calls_over_tcp_through_a_proxy(lastcall, folder):
    log = os.path.join(folder, "call.db")
    with kamailio.Kamailio(folder) as proxy, \
            baresip.Baresip(folder, "bob", ";answermode=auto") as bob:
        proxy.bind("bob", bob.uri())
        call = place(lastcall, proxy.uri("bob") + ";transport=tcp", log, "--for", "0.5",
                     "--hold-after", "200", "--hold-for", "100")
        peers.check(call.returncode == 0, f"the call ended with {call.returncode}:\n{call.stdout}")
        bob.until("CALL_CLOSED")
        bob.quit()
        proxy.stop()
    peers.judge(lastcall, log, 1)
    wire.check_log(log)
    for request in wire.sent(log):
        peers.check(request.all("via")[0].startswith("SIP/2.0/TCP"), f"not over TCP:\n{request}")


def forked_to_two_engines(lastcall, folder):
    """Two engines are one name; both ring, both may answer: one call lives, the other is ended."""
    logs = [os.path.join(folder, name) for name in ("one.db", "two.db", "call.db")]
    with kamailio.Kamailio(folder) as proxy, peers.Serve(lastcall, logs[0]) as one, \
            peers.Serve(lastcall, logs[1]) as two:
        for engine in (one, two):
            proxy.bind("team", f"sip:team@127.0.0.1:{engine.port}")
        call = place(lastcall, proxy.uri("team"), logs[2], "--for", "0.5")
        peers.check(call.returncode == 0, f"the call ended with {call.returncode}:\n{call.stdout}")
        one.stop()
        two.stop()
        proxy.stop()
    for log in logs:
        peers.judge(lastcall, log, 1)
        wire.check_log(log)
    # Whoever is slower is cancelled, perhaps before the caller has heard of it.
    cancelled = [each for log in logs[:2] for each in wire.data(log, "CallTerminated")
                 if each["cause"] == "remote-cancel"]
    forks = len(wire.data(logs[2], "DialogStarted"))
    peers.check(forks == 2 or (forks == 1 and len(cancelled) == 1),
                f"{forks} dialogs and {len(cancelled)} cancelled calls")


def gives_up_while_it_rings(lastcall, folder):
    """CANCEL goes hop by hop; who stops waits for the 487, and acknowledges it to the proxy."""
    log = os.path.join(folder, "call.db")
    with kamailio.Kamailio(folder) as proxy, baresip.Baresip(folder, "bob") as bob:
        proxy.bind("bob", bob.uri())
        with program.Program([lastcall, "call", proxy.uri("bob"), "--log", log], "call") as call:
            call.expect("Ringing")
            call.process.send_signal(signal.SIGINT)
            bob.until("CALL_CLOSED")
            call.finish(130)
        proxy.expect("487 to INVITE")
        proxy.expect("ACK sip:bob", 5)
        bob.quit()
        proxy.stop()
    peers.judge(lastcall, log, 1)
    wire.check_log(log)


def nobody_of_that_name(lastcall, folder):
    log = os.path.join(folder, "call.db")
    with kamailio.Kamailio(folder) as proxy:
        call = place(lastcall, proxy.uri("nobody"), log)
        peers.check(call.returncode == 1, f"the call ended with {call.returncode}:\n{call.stdout}")
        peers.check("Terminated: remote-reject" in call.stdout, f"not rejected:\n{call.stdout}")
        proxy.stop()
    peers.judge(lastcall, log, 1)
    wire.check_log(log)


TESTS = (called_through_the_proxy, calls_through_the_proxy, called_through_two_proxies,
         calls_through_two_proxies, called_over_tcp_behind_a_proxy, calls_over_tcp_through_a_proxy,
         forked_to_two_engines, gives_up_while_it_rings, nobody_of_that_name)

if __name__ == "__main__":
    kamailio.need()
    peers.need("baresip", "baresip-core")
    peers.run_tests(sys.argv[1], sys.argv[2:], TESTS)
