"""sipsak asks for options, and pings. Usage: sipsak_test.py LASTCALL [--keep] [TEST...]"""
import os
import subprocess
import sys

import peers
import wire


def sipsak(*options):
    done = subprocess.run(["sipsak", *options], capture_output=True, text=True, timeout=20,
                          check=False)
    peers.check(done.returncode == 0, f"sipsak ended with {done.returncode}:\n{done.stdout}")
    return done.stdout


def options_are_told(lastcall, folder):
    """RFC 3261 11.2: as an INVITE would be answered, with what we can do, and no call begun."""
    log = os.path.join(folder, "serve.db")
    with peers.Serve(lastcall, log) as serve:
        told = sipsak("-vvv", "-s", f"sip:lastcall@127.0.0.1:{serve.port}")
        for method in ("INVITE", "ACK", "BYE", "CANCEL", "OPTIONS"):
            peers.check(method in told.split("Allow:")[1].split("\n")[0], f"no {method}:\n{told}")
        for name in ("Accept: application/sdp", "Accept-Encoding", "Accept-Language", "Supported"):
            peers.check(name in told, f"no {name}\n{told}")
        serve.stop()
    peers.judge(lastcall, log, 0)
    peers.check(wire.check_log(log) == 1, "not one answer")


def a_flood_blocks_nobody(lastcall, folder):
    """500 requests at once, whose Via leads to a dead port; who asks next is answered."""
    log = os.path.join(folder, "serve.db")
    with peers.Serve(lastcall, log) as serve:
        target = f"sip:lastcall@127.0.0.1:{serve.port}"
        subprocess.run(["sipsak", "-F", "-e", "500", "-s", target], capture_output=True,
                       timeout=20, check=False)
        sipsak("-s", target)
        serve.stop()
    peers.judge(lastcall, log, 0)


TESTS = (options_are_told, a_flood_blocks_nobody)

if __name__ == "__main__":
    peers.need("sipsak", "sipsak")
    peers.run_tests(sys.argv[1], sys.argv[2:], TESTS)
