"""`lastcall serve` on a disk that fills up under calls: it says so, ends what it has, and exits
with 6; the log is whole up to there. Usage: full_disk_test.py LASTCALL
"""
import os
import sys

import peers

# Room for some dozens of calls.
FILE_BYTES_MAX = 1_000_000


def main(program):
    peers.need_sipp()
    with peers.scratch() as folder:
        log = os.path.join(folder, "full.db")
        with peers.Serve(program, log, file_bytes_max=FILE_BYTES_MAX) as serve:
            sipp = peers.start_sipp(folder, "uac", f"127.0.0.1:{serve.port}", peers.free_port(),
                                    "-sn", "uac", "-r", "100", "-m", "100000")
            try:
                output = serve.finish(6)
            finally:
                sipp.kill()
                sipp.wait()
        peers.check("The log has failed" in output, f"no word of the failed log:\n{output}")
        peers.check("events are missing in it" in output, f"no word of what is missing:\n{output}")
        print(output)
        verdict = peers.rows(log, "PRAGMA integrity_check")
        peers.check(verdict == [("ok",)], f"the log is damaged: {verdict}")
        first, last, count = peers.rows(log, "SELECT min(pos), max(pos), count(*) FROM event")[0]
        peers.check(first == 1 and last == count, f"the log has holes: {first} to {last}, {count}")


if __name__ == "__main__":
    main(sys.argv[1])
