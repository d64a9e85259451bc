"""sipp as caller and callee over IPv6 and TCP.

Usage: sipp_test.py LASTCALL [--keep] [TEST...]
"""
import os
import socket
import sys

import peers
import wire

HERE = os.path.dirname(os.path.abspath(__file__))
CALLEE = os.path.join(HERE, "callee.xml")
HOLD = os.path.join(HERE, "hold.xml")
SECONDS = 30


def has_ipv6():
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as probe:
            probe.bind(("::1", 0))
        return True
    except OSError:
        print("SKIPPED: no IPv6 on this machine's loopback")
        return False


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
    port = peers.free_port()
    sipp = peers.start_sipp(folder, "uas", f"[::1]:{port}", port, "-sf", CALLEE, "-m", "1",
                            host="::1")
    peers.run(lastcall, "call", f"sip:service@[::1]:{port}", "--sip", "udp:[::1]:0", "--log", log,
              "--for", "0.6", "--hold-after", "100", "--hold-for", "200")
    peers.finish_sipp(sipp, folder, "uas", SECONDS)
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
    port = peers.free_port()
    sipp = peers.start_sipp(folder, "uas", "127.0.0.1", port, "-t", "t1", "-sf", CALLEE, "-m", "1")
    peers.wait_listening(sipp, port)
    peers.run(lastcall, "call", f"sip:service@127.0.0.1:{port};transport=tcp", "--log", log,
              "--for", "0.6", "--hold-after", "100", "--hold-for", "200")
    peers.finish_sipp(sipp, folder, "uas", SECONDS)
    peers.judge(lastcall, log, 1)
    wire.check_log(log)
    check_transport(log, "TCP")


def check_transport(log, transport):
    for message in wire.sent(log):
        peers.check(message.all("via")[0].startswith(f"SIP/2.0/{transport} "),
                    f"not over {transport}:\n{message}")


TESTS = (ipv6_is_called, ipv6_calls, tcp_is_called, tcp_calls)

if __name__ == "__main__":
    peers.need_sipp()
    peers.run_tests(sys.argv[1], sys.argv[2:], TESTS)
