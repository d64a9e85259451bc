"""Transfers with real phones: both are handed over by us, baresip hands us over, and linphonec
joins its calls with two engines.

Usage: transfer_test.py LASTCALL [--keep] [TEST...]
"""
import os
import sys

import baresip
import linphone
import peers
import program
import wire


def told(log):
    """What our NOTIFYs say of the referred call; the last one ends the subscription."""
    notifies = [each for each in wire.sent(log, "NOTIFY") if each.uri]
    over = [each.one("subscription-state").startswith("terminated") for each in notifies]
    peers.check(over and over.index(True) == len(over) - 1, f"it went through {over}")
    return [int(each.body.split()[1]) for each in notifies]


# Shows EVT-01, EVT-02.
def baresip_hands_us_over(lastcall, folder):
    """It calls us and lets us call another phone; that call outlives the first one."""
    log = os.path.join(folder, "serve.db")
    with peers.Serve(lastcall, log) as serve, baresip.Baresip(folder, "alice") as alice, \
            baresip.Baresip(folder, "bob", ";answermode=auto") as bob:
        alice.tell("dial", f"sip:lastcall@127.0.0.1:{serve.port}")
        alice.until("CALL_ESTABLISHED")
        alice.tell("transfer", bob.uri())
        bob.until("CALL_ESTABLISHED")
        alice.until("CALL_CLOSED")
        alice.quit()
        bob.tell("hangup")
        bob.quit()
        serve.stop()
    peers.judge(lastcall, log, 2)
    wire.check_log(log)
    statuses = told(log)
    peers.check(statuses[0] == 100 and statuses[-1] == 200, f"it was told {statuses}")


# Shows EVT-02.
def baresip_hands_us_to_the_busy(lastcall, folder):
    """The other phone refuses: it is told so, and hangs up by itself, as this one does then."""
    log = os.path.join(folder, "serve.db")
    with peers.Serve(lastcall, log) as serve, baresip.Baresip(folder, "alice") as alice, \
            baresip.Baresip(folder, "bob") as bob:
        alice.tell("dial", f"sip:lastcall@127.0.0.1:{serve.port}")
        alice.until("CALL_ESTABLISHED")
        alice.tell("transfer", bob.uri())
        bob.until("CALL_INCOMING")
        bob.tell("hangup")
        alice.expect("transfer failed: 486")
        alice.expect("200 OK")
        alice.quit()
        bob.quit()
        serve.stop()
    peers.judge(lastcall, log, 2)
    wire.check_log(log)
    statuses = told(log)
    peers.check(statuses[-1] >= 400, f"it was told {statuses}")


def hand_over(lastcall, log, phone, target):
    return program.Program(
        [lastcall, "call", phone.uri(), "--log", log, "--for", "0.8", "--transfer-to", target,
         "--transfer-after-ms", "100"], "call")


def baresip_is_handed_over(lastcall, folder):
    """We call it and let it call another phone; when that talks, our call has ended for it."""
    log = os.path.join(folder, "call.db")
    with baresip.Baresip(folder, "bob", ";answermode=auto") as bob, \
            baresip.Baresip(folder, "carol", ";answermode=auto") as carol, \
            hand_over(lastcall, log, bob, carol.uri()) as call:
        carol.until("CALL_ESTABLISHED")
        call.expect("Transfer: 200 OK")
        call.expect("Terminated: transferred")
        call.finish()
        bob.quit()
        carol.until("CALL_CLOSED")
        carol.quit()
    peers.judge(lastcall, log, 1)
    wire.check_log(log)


def baresip_is_handed_to_the_busy(lastcall, folder):
    """The other phone refuses: our call stays, until we hang up."""
    log = os.path.join(folder, "call.db")
    with baresip.Baresip(folder, "bob", ";answermode=auto") as bob, \
            baresip.Baresip(folder, "carol") as carol, \
            hand_over(lastcall, log, bob, carol.uri()) as call:
        carol.until("CALL_INCOMING")
        carol.tell("hangup")
        call.expect("transfer: refused")
        call.expect("Terminated: local-hangup")
        call.finish()
        bob.quit()
        carol.quit()
    peers.judge(lastcall, log, 1)
    wire.check_log(log)


def linphone_is_handed_over(lastcall, folder):
    """It puts us on hold meanwhile."""
    log = os.path.join(folder, "call.db")
    with linphone.Linphone(folder, "-a") as phone, \
            baresip.Baresip(folder, "carol", ";answermode=auto") as carol, \
            hand_over(lastcall, log, phone, carol.uri()) as call:
        carol.until("CALL_ESTABLISHED")
        call.expect("OnHold")
        call.expect("Terminated: transferred")
        call.finish()
        phone.quit()
        carol.until("CALL_CLOSED")
        carol.quit()
    peers.judge(lastcall, log, 1)
    wire.check_log(log)


# Shows EVT-05, EVT-06.
def linphone_joins_its_calls(lastcall, folder):
    """It talks to one engine and to another, and makes the one take its place with the other.

    It leaves the port out of Refer-To: the first engine's way out is the second one.
    """
    one_log, two_log = (os.path.join(folder, name) for name in ("one.db", "two.db"))
    with peers.Serve(lastcall, two_log) as two, peers.Serve(lastcall, one_log, options=(
            "--proxy", f"sip:127.0.0.1:{two.port};lr")) as one, linphone.Linphone(folder) as phone:
        phone.tell(f"call sip:one@127.0.0.1:{one.port}", "Media streams established")
        phone.tell("pause", "Call 1 .*paused")
        phone.tell(f"call sip:two@127.0.0.1:{two.port}", "Media streams established")
        phone.tell("pause", "Call 2 .*paused")
        phone.tell("transfer 1 --to-call 2", "Call [12] .* ended")
        phone.expect("Call [12] .* ended")
        phone.quit()
        one.stop()
        two.stop()
    for log in (one_log, two_log):
        peers.judge(lastcall, log, 2)
        wire.check_log(log)
    replacing = [each for each in wire.received(two_log, "INVITE") if each.all("replaces")]
    peers.check(replacing and all(each.all("referred-by") for each in replacing),
                "no INVITE with Replaces and Referred-By")
    causes = {ended["cause"] for ended in wire.data(two_log, "CallTerminated")}
    peers.check("replaced" in causes, f"the second engine's calls ended with {causes}")
    peers.check(told(one_log)[-1] == 200, f"it was told {told(one_log)}")


TESTS = (baresip_hands_us_over, baresip_hands_us_to_the_busy, baresip_is_handed_over,
         baresip_is_handed_to_the_busy, linphone_is_handed_over, linphone_joins_its_calls)

if __name__ == "__main__":
    peers.need("baresip", "baresip-core")
    peers.need("linphonec", "linphone-cli")
    peers.run_tests(sys.argv[1], sys.argv[2:], TESTS)
