"""`lastcall call` against callees: sipp's own, one that is held, one that is busy, and lastcall.

Usage: call_test.py LASTCALL
"""
import os
import subprocess
import sys

import peers

HERE = os.path.dirname(os.path.abspath(__file__))
SECONDS = 60


def main(program):
    peers.need_sipp()
    with peers.scratch() as folder:
        plain_call(program, folder)
        held_call(program, folder)
        busy_call(program, folder)
        call_to_lastcall(program, folder)


def place(program, port, log, *options):
    command = [program, "call", f"sip:service@127.0.0.1:{port}", "--log", log, *options]
    call = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    print(call.stdout, call.stderr)
    return call


def with_callee(folder, name, scenario, action):
    """Runs action(port) against a sipp callee that takes one call, and waits for its good end.

    sipp may be slower to open its port than the caller is to call: the INVITE is then repeated, as
    RFC 3261 wants it.
    """
    port = peers.free_port()
    sipp = peers.start_sipp(folder, name, "127.0.0.1", port, *scenario, "-m", "1")
    try:
        result = action(port)
        peers.finish_sipp(sipp, folder, name, SECONDS)
        return result
    finally:
        if sipp.poll() is None:
            sipp.kill()
            sipp.wait()


def plain_call(program, folder):
    log = os.path.join(folder, "plain.db")
    call = with_callee(folder, "uas", ["-sn", "uas"],
                       lambda port: place(program, port, log, "--for", "0.5"))
    peers.check(call.returncode == 0, f"the plain call ended with {call.returncode}")
    for word in ("Ringing", "Connected", "Terminating: local-hangup", "Terminated: local-hangup"):
        peers.check(word in call.stdout, f"the plain call did not tell '{word}'")
    peers.check_endings(log, 1)


def held_call(program, folder):
    log = os.path.join(folder, "held.db")
    scenario = ["-sf", os.path.join(HERE, "callee.xml")]
    call = with_callee(folder, "callee", scenario,
                       lambda port: place(program, port, log, "--hold-after", "100",
                                          "--hold-for", "200", "--for", "1"))
    peers.check(call.returncode == 0, f"the held call ended with {call.returncode}")
    peers.check("OnHold" in call.stdout, "the held call was never on hold")
    resumed = call.stdout.split("OnHold", 1)[1]
    peers.check("Connected" in resumed, "the held call was never resumed")
    peers.check_endings(log, 1)


def busy_call(program, folder):
    log = os.path.join(folder, "busy.db")
    scenario = ["-sf", os.path.join(HERE, "busy.xml")]
    call = with_callee(folder, "busy", scenario, lambda port: place(program, port, log))
    peers.check(call.returncode == 1, f"the call to the busy ended with {call.returncode}")
    peers.check("Terminated: remote-reject" in call.stdout, "no word of the rejection")
    peers.check_endings(log, 1)


def call_to_lastcall(program, folder):
    with peers.Serve(program, os.path.join(folder, "serve.db")) as serve:
        log = os.path.join(folder, "call.db")
        call = place(program, serve.port, log, "--for", "0.2", "--hold-after", "20",
                     "--hold-for", "20")
        peers.check(call.returncode == 0, "lastcall could not call lastcall")
        serve.stop()
        peers.check_endings(log, 1)
        peers.check_endings(serve.log, 1)


if __name__ == "__main__":
    main(sys.argv[1])
