"""What a run's log says went over the wire, and the rules that hold for every message of ours.

A log keeps each message whole, so a test need not sit between two programs to see what they said.
"""
import collections
import json
import re

import peers

COMPACT = {"i": "call-id", "m": "contact", "e": "content-encoding", "l": "content-length",
           "c": "content-type", "f": "from", "s": "subject", "k": "supported", "t": "to",
           "v": "via", "o": "event", "r": "refer-to", "u": "allow-events", "b": "referred-by",
           "x": "session-expires"}
LISTS = {"via", "route", "record-route", "contact", "allow", "supported", "require", "accept"}
AHEAD = {"via", "route", "record-route", "proxy-require", "max-forwards"}


class Message:
    """One SIP message, read just well enough to ask about it."""

    def __init__(self, text, event):
        head, _, self.body = text.partition("\r\n\r\n")
        lines = re.sub(r"\r\n[ \t]+", " ", head).split("\r\n")
        self.start, self.event = lines[0], event
        self.headers = collections.defaultdict(list)
        self.names = []
        for line in lines[1:]:
            name, _, value = line.partition(":")
            name = COMPACT.get(name.strip().lower(), name.strip().lower())
            self.names.append(name)
            self.headers[name] += ([each.strip() for each in split(value) if each.strip()]
                                   if name in LISTS else [value.strip()])
        first = self.start.split(" ", 2)
        self.status = int(first[1]) if first[0] == "SIP/2.0" else None
        self.uri = None if self.status else first[1]
        number, self.method = self.one("cseq").split()
        self.cseq = int(number)

    def one(self, name):
        values = self.headers.get(name, [])
        peers.check(len(values) == 1, f"{len(values)} {name} headers in\n{self}")
        return values[0]

    def all(self, name):
        return list(self.headers.get(name, []))

    def tag(self, name):
        found = re.search(r";\s*tag=([^;\s>]+)", self.one(name))
        return found.group(1) if found else None

    def __str__(self):
        lines = [f"{name}: {value}" for name, values in self.headers.items() for value in values]
        return "\n".join([self.start, *lines, "", self.body])


def split(value):
    """The members of a comma list; commas in quotes and in <> do not count."""
    return re.findall(r'(?:"(?:\\.|[^"\\])*"|<[^>]*>|[^,"<])+', value)


def uri_of(contact):
    found = re.search(r"<([^>]*)>", contact)
    return found.group(1) if found else contact.split(";")[0].strip()


def events(log, *types):
    """Position, type, data and message of each such event that has a message, oldest first."""
    names = ", ".join(f"'{each}'" for each in types)
    found = peers.rows(log, f"""SELECT pos, type, data, wire FROM event
                                WHERE wire IS NOT NULL AND type IN ({names}) ORDER BY pos""")
    return [(pos, kind, json.loads(data), Message(bytes(wire).decode(errors="replace"), kind))
            for pos, kind, data, wire in found if bytes(wire).strip(b"\r\n\0")]


def received(log, method=None):
    return [message for _, _, _, message in events(log, "DatagramReceived")
            if method in (None, message.method)]


def sent(log, method=None):
    return [message for _, _, _, message
            in events(log, "ClientTransactionStarted", "AckSent", "ResponseSent")
            if method in (None, message.method)]


def check_log(log):
    """Every message of ours in this log is one that RFC 3261 lets us send."""
    answers = check_responses(log)
    asked = check_requests(log)
    check_routes(log)
    return answers + asked


def check_responses(log):
    requests = {pos: (data, message) for pos, _, data, message in events(log, "DatagramReceived")}
    begun = {}
    for cause, data in peers.rows(log, """SELECT cause, data FROM event
                                          WHERE type = 'ServerTransactionStarted'"""):
        begun[json.loads(data)["transaction"]] = requests.get(cause)
    tags = {}
    answers = events(log, "ResponseSent")
    for _, _, data, answer in answers:
        if begun.get(data["transaction"]):
            came, request = begun[data["transaction"]]
            check_response(answer, request, came["source"])
            if answer.status > 100:
                tag = tags.setdefault(data["transaction"], answer.tag("to"))
                peers.check(tag == answer.tag("to"), f"the To tag has changed (8.2.6.2):\n{answer}")
    return len(answers)


def check_response(answer, request, source):
    """RFC 3261 8.2.6, 12.1.1 and 13.3.1.4; RFC 3581 4."""
    def demand(truth, sentence):
        peers.check(truth, f"{sentence}:\n{answer}\n\n--- to ---\n{request}")
    demand(answer.all("via")[1:] == request.all("via")[1:], "another Via list")
    top, asked = answer.all("via")[0], request.all("via")[0]
    if re.search(r";\s*rport(;|$)", asked):
        demand(f"rport={source['port']}" in top and "received=" in top, "no received and rport")
    demand(asked.split(";")[0] == top.split(";")[0], "another sent-by")
    for name in ("from", "call-id", "cseq"):
        demand(re.sub(r"\s+", " ", answer.one(name)) == re.sub(r"\s+", " ", request.one(name)),
               f"another {name}")
    demand(answer.one("to").startswith(request.one("to")), "another To")
    demand(answer.status == 100 or answer.tag("to"), "a To without tag")
    check_length(answer)
    if request.method == "INVITE" and 100 < answer.status < 300:
        demand(answer.all("contact"), "no Contact")
        check_contact(answer, source["transport"])
        demand(answer.all("record-route") == request.all("record-route"), "another Record-Route")
    if request.method == "INVITE" and 200 <= answer.status < 300:
        demand(answer.all("allow"), "no Allow")


def check_requests(log):
    requests = events(log, "ClientTransactionStarted", "AckSent")
    branches = set()
    numbers = {}
    for _, _, _, request in requests:
        check_request(request)
        branch = re.search(r"branch=([^;]+)", request.one("via")).group(1)
        if request.method == "CANCEL":
            continue
        peers.check(branch not in branches, f"a branch is used twice (8.1.1.7):\n{request}")
        branches.add(branch)
        dialog = (request.one("call-id"), request.tag("from"), request.tag("to"))
        early = (*dialog[:2], None)
        if request.method != "ACK" and request.method != "REGISTER":
            before = numbers.get(dialog, numbers.get(early))
            peers.check(before in (None, request.cseq - 1) or dialog == early,
                        f"a CSeq out of order after {before} (12.2.1.1):\n{request}")
            numbers[dialog] = request.cseq
    return len(requests)


def check_request(request):
    """RFC 3261 8.1.1 and 7.3.1."""
    def demand(truth, sentence):
        peers.check(truth, f"{sentence}:\n{request}")
    demand(request.one("max-forwards") == "70", "not 70 hops")
    demand(re.search(r";branch=z9hG4bK\S+", request.one("via")), "a branch without cookie")
    demand(request.tag("from"), "no From tag")
    demand(request.one("call-id"), "no Call-ID")
    if request.method == "INVITE":
        demand(len(request.all("contact")) == 1, "not one Contact")
        check_contact(request, request.one("via").split("/")[2].split()[0].lower())
    ahead = [name in AHEAD for name in request.names]
    demand(ahead == sorted(ahead, reverse=True), "what proxies need does not come first")
    check_length(request)


def check_routes(log):
    """In a dialog each request goes to the peer's Contact, by the recorded route (12.2.1.1).

    A dialog is known by its Call-ID and the peer's tag.
    """
    target, route = {}, {}
    for _, kind, _, message in events(log, "DatagramReceived", "ClientTransactionStarted",
                                      "AckSent"):
        of_peer = "from" if kind == "DatagramReceived" and not message.status else "to"
        dialog = (message.one("call-id"), message.tag(of_peer))
        if kind != "DatagramReceived":
            if dialog[1] and message.method != "CANCEL":
                peers.check(message.uri == target[dialog], f"not to {target[dialog]}:\n{message}")
                peers.check(message.all("route") == route[dialog],
                            f"not by {route[dialog]}:\n{message}")
        elif message.method == "INVITE" and (message.status or 200) < 300 and dialog[1]:
            recorded = message.all("record-route")
            route.setdefault(dialog, recorded[::-1] if message.status else recorded)
            for contact in message.all("contact"):
                target[dialog] = uri_of(contact)


def check_contact(message, transport):
    """We are reached by the transport that we speak; UDP is what no parameter means."""
    peers.check((f";transport={transport}" in message.one("contact")) == (transport != "udp"),
                f"a Contact for another transport than {transport}:\n{message}")


def check_length(message):
    peers.check(int(message.one("content-length")) == len(message.body.encode()),
                f"a wrong Content-Length:\n{message}")


def data(log, kind):
    """The fields of each event of one type, oldest first."""
    return [json.loads(each) for (each,) in
            peers.rows(log, f"SELECT data FROM event WHERE type = '{kind}' ORDER BY pos")]
