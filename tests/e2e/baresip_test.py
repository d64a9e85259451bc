"""baresip as caller and as callee: hold, resume, and who hangs up.

Usage: baresip_test.py LASTCALL [--keep] [TEST...]
"""
import os
import sys

import baresip
import peers
import program
import wire


def baresip_calls(lastcall, folder):
    """It calls, hears itself come back, holds, resumes and hangs up."""
    log = os.path.join(folder, "serve.db")
    with peers.Serve(lastcall, log) as serve, baresip.Baresip(folder, "alice") as alice:
        alice.tell("dial", f"sip:lastcall@127.0.0.1:{serve.port}")
        alice.until("CALL_ESTABLISHED")
        alice.until("CALL_RTPESTAB")
        alice.tell("hold")
        alice.until("CALL_REMOTE_SDP")
        alice.tell("resume")
        alice.until("CALL_REMOTE_SDP")
        alice.tell("hangup")
        alice.quit()
        serve.stop()
    peers.judge(lastcall, log, 1)
    wire.check_log(log)
    directions = [held["direction"] for held in wire.data(log, "SessionChanged")]
    peers.check(directions == ["recvonly", "sendrecv"], f"it went through {directions}")


def baresip_is_called(lastcall, folder):
    """It is called, holds, resumes and hangs up while lastcall would talk on."""
    log = os.path.join(folder, "call.db")
    with baresip.Baresip(folder, "bob", ";answermode=auto") as bob, program.Program(
            [lastcall, "call", bob.uri(), "--log", log, "--for", "60"], "call") as call:
        bob.until("CALL_ESTABLISHED")
        bob.tell("hold")
        call.expect("OnHold")
        bob.tell("resume")
        call.expect("Connected")
        bob.tell("hangup")
        call.expect("Terminated: remote-bye")
        call.finish()
        bob.quit()
    peers.judge(lastcall, log, 1)
    wire.check_log(log)


def baresip_is_busy(lastcall, folder):
    """It rings, and refuses."""
    log = os.path.join(folder, "call.db")
    with baresip.Baresip(folder, "bob") as bob, program.Program(
            [lastcall, "call", bob.uri(), "--log", log], "call") as call:
        bob.until("CALL_INCOMING")
        call.expect("Ringing")
        bob.tell("hangup")
        call.expect("Terminated: remote-reject")
        call.finish(1)
        bob.quit()
    peers.judge(lastcall, log, 1)
    wire.check_log(log)


def baresip_gives_up(lastcall, folder):
    """It hangs up as soon as it rings: CANCEL or BYE, whichever our answer leaves it."""
    log = os.path.join(folder, "serve.db")
    with peers.Serve(lastcall, log) as serve, baresip.Baresip(folder, "alice") as alice:
        alice.tell("dial", f"sip:lastcall@127.0.0.1:{serve.port}")
        alice.until("CALL_RINGING")
        alice.tell("hangup")
        alice.quit()
        serve.stop()
    peers.judge(lastcall, log, 1)
    wire.check_log(log)


TESTS = (baresip_calls, baresip_is_called, baresip_is_busy, baresip_gives_up)

if __name__ == "__main__":
    peers.need("baresip", "baresip-core")
    peers.run_tests(sys.argv[1], sys.argv[2:], TESTS)
