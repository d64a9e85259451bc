"""linphonec, without sound card, calls lastcall and is called by it.

Usage: linphone_test.py LASTCALL [--keep] [TEST...]
"""
import os
import sys

import linphone
import peers
import wire


def linphone_calls(lastcall, folder):
    """It calls, holds, resumes and hangs up."""
    log = os.path.join(folder, "serve.db")
    with peers.Serve(lastcall, log) as serve, linphone.Linphone(folder) as phone:
        phone.tell(f"call sip:lastcall@127.0.0.1:{serve.port}", "Media streams established")
        phone.tell("pause", "Call [0-9]+ .*paused")
        phone.tell("resume", "Media streams established")
        phone.tell("terminate", "ended")
        phone.quit()
        serve.stop()
    peers.judge(lastcall, log, 1)
    wire.check_log(log)


def linphone_is_called(lastcall, folder):
    """lastcall calls, holds, resumes and hangs up."""
    log = os.path.join(folder, "call.db")
    with linphone.Linphone(folder, "-a") as phone:
        peers.run(lastcall, "call", phone.uri(), "--log", log,
                  "--for", "0.8", "--hold-after", "300", "--hold-for", "200")
        phone.expect("ended")
        phone.quit()
    peers.judge(lastcall, log, 1)
    wire.check_log(log)


TESTS = (linphone_calls, linphone_is_called)

if __name__ == "__main__":
    peers.need("linphonec", "linphone-cli")
    peers.run_tests(sys.argv[1], sys.argv[2:], TESTS)
