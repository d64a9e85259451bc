"""sipp calls `lastcall serve`: 1,000 plain calls and 1,000 with hold and resume, 50 calls/s each.

Both callers run at the same time against one engine. Usage: serve_test.py LASTCALL
"""
import os
import sys

import peers

CALLS = 1000
CALLS_PER_SECOND = 50
# 20 s of calls, and room for a loaded machine.
SECONDS = 120


def main(program):
    peers.need_sipp()
    hold = os.path.join(os.path.dirname(os.path.abspath(__file__)), "hold.xml")
    with peers.scratch() as folder:
        log = os.path.join(folder, "serve.db")
        with peers.Serve(program, log) as serve:
            target = f"127.0.0.1:{serve.port}"
            pace = ["-m", str(CALLS), "-r", str(CALLS_PER_SECOND)]
            scenarios = {"uac": ["-sn", "uac"], "hold": ["-sf", hold]}
            callers = {name: peers.start_sipp(folder, name, target, peers.free_port(),
                                              *scenario, *pace)
                       for name, scenario in scenarios.items()}
            for name, process in callers.items():
                screen = peers.finish_sipp(process, folder, name, SECONDS)
                failed = peers.sipp_count(screen, "Failed call")
                successful = peers.sipp_count(screen, "Successful call")
                print(f"sipp {name}: {successful} successful, {failed} failed")
                peers.check(failed == 0 and successful == CALLS, screen)
            print(serve.stop())
        peers.check_endings(log, 2 * CALLS)
        peers.run(program, "log", "verify", log)
        print(peers.run(program, "replay", log))


if __name__ == "__main__":
    main(sys.argv[1])
