"""sipp as caller and callee: over IPv6 and TCP, with reliable ringing, with delayed offers.

Usage: sipp_test.py LASTCALL [--keep] [TEST...]
"""
import contextlib
import os
import socket
import sys

import peers
import wire

HERE = os.path.dirname(os.path.abspath(__file__))
CALLEE = os.path.join(HERE, "callee.xml")
HOLD = os.path.join(HERE, "hold.xml")
RELIABLE_CALLER = os.path.join(HERE, "reliable_caller.xml")
RELIABLE_CALLEE = os.path.join(HERE, "reliable_callee.xml")
DELAYED_CALLER = os.path.join(HERE, "delayed_caller.xml")
DELAYED_CALLEE = os.path.join(HERE, "delayed_callee.xml")
SECONDS = 30
CALLS = 10


def has_ipv6():
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as probe:
            probe.bind(("::1", 0))
        return True
    except OSError:
        print("SKIPPED: no IPv6 on this machine's loopback")
        return False


@contextlib.contextmanager
def callee(folder, *options, host="127.0.0.1"):
    """sipp takes one call, and must like it; with its port."""
    port = peers.free_port()
    shown = f"[{host}]" if ":" in host else host
    sipp = peers.start_sipp(folder, "uas", shown, port, *options, "-m", "1", host=host)
    try:
        yield port, sipp
        peers.finish_sipp(sipp, folder, "uas", SECONDS)
    finally:
        if sipp.poll() is None:
            sipp.kill()
            sipp.wait()


def ipv6_is_called(lastcall, folder):
    """sipp's own caller, five times."""
    if not has_ipv6():
        return
    log = os.path.join(folder, "serve.db")
    with peers.Serve(lastcall, log, options=("--sip", "udp:[::1]:0")) as serve:
        sipp = peers.start_sipp(folder, "uac", f"[::1]:{serve.port}", peers.free_port(),
                                "-sn", "uac", "-m", "5", host="::1")
        peers.finish_sipp(sipp, folder, "uac", SECONDS)
        serve.stop()
    peers.judge(lastcall, log, 5)
    wire.check_log(log)


def ipv6_calls(lastcall, folder):
    """sipp is called, held, resumed and hung up on."""
    if not has_ipv6():
        return
    log = os.path.join(folder, "call.db")
    with callee(folder, "-sf", CALLEE, host="::1") as (port, _):
        peers.run(lastcall, "call", f"sip:service@[::1]:{port}", "--sip", "udp:[::1]:0",
                  "--log", log, "--for", "0.6", "--hold-after", "100", "--hold-for", "200")
    peers.judge(lastcall, log, 1)
    wire.check_log(log)


def tcp_is_called(lastcall, folder):
    """Ten calls with hold and resume over one connection; where UDP is spoken, TCP is, too."""
    log = os.path.join(folder, "serve.db")
    with peers.Serve(lastcall, log) as serve:
        sipp = peers.start_sipp(folder, "hold", f"127.0.0.1:{serve.port}", peers.free_port(),
                                "-t", "t1", "-sf", HOLD, "-m", "10", "-r", "20")
        peers.finish_sipp(sipp, folder, "hold", SECONDS)
        serve.stop()
    peers.judge(lastcall, log, 10)
    wire.check_log(log)
    check_transport(log, "TCP")


def tcp_calls(lastcall, folder):
    """sipp is called over TCP, held, resumed and hung up on."""
    log = os.path.join(folder, "call.db")
    with callee(folder, "-t", "t1", "-sf", CALLEE) as (port, sipp):
        peers.wait_listening(sipp, port)
        peers.run(lastcall, "call", f"sip:service@127.0.0.1:{port};transport=tcp", "--log", log,
                  "--for", "0.6", "--hold-after", "100", "--hold-for", "200")
    peers.judge(lastcall, log, 1)
    wire.check_log(log)
    check_transport(log, "TCP")


def check_transport(log, transport):
    for message in wire.sent(log):
        peers.check(message.all("via")[0].startswith(f"SIP/2.0/{transport} "),
                    f"not over {transport}:\n{message}")


# Shows INV-09.
def reliable_is_called(lastcall, folder):
    """Who can take reliable ringing, or wants it, gets it, and acknowledges it (RFC 3262 3)."""
    for asks in ("Supported", "Require"):
        log = os.path.join(folder, f"{asks}.db")
        is_called(lastcall, folder, log, RELIABLE_CALLER, "-key", "asks", asks)
        ringing = [each for each in wire.sent(log, "INVITE") if each.status == 180]
        peers.check(all(each.one("require") == "100rel" for each in ringing), "not reliable")
        peers.check(len(wire.data(log, "ProvisionalAcknowledged")) == CALLS, "a PRACK is missing")


# Shows INV-09.
def reliable_is_not_forced(lastcall, folder):
    """sipp's own caller knows nothing of it, and hears it ring all the same."""
    log = os.path.join(folder, "serve.db")
    is_called(lastcall, folder, log, None)
    ringing = [each for each in wire.sent(log, "INVITE") if each.status == 180]
    peers.check(len(ringing) == CALLS and not any(each.all("rseq") for each in ringing),
                "it did not ring, or reliably")


def is_called(lastcall, folder, log, scenario, *options):
    """By sipp, ten times."""
    name = os.path.basename(log)
    scenario = ["-sf", scenario] if scenario else ["-sn", "uac"]
    with peers.Serve(lastcall, log) as serve:
        sipp = peers.start_sipp(folder, name, f"127.0.0.1:{serve.port}", peers.free_port(),
                                *scenario, "-m", str(CALLS), "-r", "50", *options)
        peers.finish_sipp(sipp, folder, name, SECONDS)
        serve.stop()
    peers.judge(lastcall, log, CALLS)
    wire.check_log(log)


# Shows INV-10.
def reliable_calls(lastcall, folder):
    """sipp answers in a reliable 183, rings reliably, twice the same, and each gets one PRACK."""
    log = os.path.join(folder, "call.db")
    calls(lastcall, folder, log, RELIABLE_CALLEE)
    pracks = wire.sent(log, "PRACK")
    peers.check([each.one("rack").split()[0] for each in pracks] == ["4000", "4001"],
                f"acknowledged {[each.one('rack') for each in pracks]}")


# Shows INV-15, SDP-11.
def delayed_is_called(lastcall, folder):
    """sipp leaves the offers of INVITE and re-INVITE to us, and holds with its answer."""
    log = os.path.join(folder, "serve.db")
    is_called(lastcall, folder, log, DELAYED_CALLER)
    directions = {held["direction"] for held in wire.data(log, "SessionChanged")}
    peers.check(directions == {"sendrecv", "recvonly"}, f"it went through {directions}")


# Shows INV-15.
def delayed_calls(lastcall, folder):
    """We leave the offer to sipp, and answer in the ACK."""
    log = os.path.join(folder, "call.db")
    calls(lastcall, folder, log, DELAYED_CALLEE, "--delayed-offer")
    peers.check("m=audio" in wire.sent(log, "ACK")[0].body, "no answer in the ACK")


def calls(lastcall, folder, log, scenario, *options):
    """sipp, once."""
    with callee(folder, "-sf", scenario) as (port, _):
        peers.run(lastcall, "call", f"sip:service@127.0.0.1:{port}", "--log", log, "--for", "0.3",
                  *options)
    peers.judge(lastcall, log, 1)
    wire.check_log(log)


TESTS = (ipv6_is_called, ipv6_calls, tcp_is_called, tcp_calls, reliable_is_called,
         reliable_is_not_forced, reliable_calls, delayed_is_called, delayed_calls)

if __name__ == "__main__":
    peers.need_sipp()
    peers.run_tests(sys.argv[1], sys.argv[2:], TESTS)
