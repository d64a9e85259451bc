#!/usr/bin/env python3
"""Writes docs/EVENTS.md from the event headers, docs/INVARIANTS.md from the oracles and
docs/CONFORMANCE.md from the requirements and the tests that show them.

    tools/make_docs.py           writes them
    tools/make_docs.py --check   says whether they are up to date, whether every requirement has a
                                 test, and every race of the catalogue its file or a reason why not
                                 (exit 1 if not)
"""

import pathlib
import re
import sys

import conformance
import race_catalogue

ROOT = pathlib.Path(__file__).resolve().parent.parent
MODEL = ROOT / "engine" / "model"
ORACLES = ROOT / "sim"

GROUPS = [
    ("input.hpp", "The world: inputs", "What the engine is told. Each begins a turn."),
    ("transaction_event.hpp", "Transaction", ""),
    ("dialog_event.hpp", "Dialog", ""),
    ("dialog_extension_event.hpp", "Dialog: extensions", ""),
    ("refer_event.hpp", "Dialog: transfers", ""),
    ("session_event.hpp", "Session", ""),
    ("media_event.hpp", "Media", ""),
    ("client_event.hpp", "Client", ""),
    ("registration_event.hpp", "Registration", ""),
]

INTRODUCTION = """\
Made by `tools/make_docs.py` from `engine/model/*_event.hpp`: what can stand in a log. In the table
`event`, `type` is the name below and `data` holds the fields as JSON, in this order; a field `wire`
stands in the column `wire` instead, as raw bytes.

A log keeps a batch (a turn: one input and all it caused) whole or not at all; positions are dense
from 1; nothing is ever changed or deleted in it. `cause` is the position of the event that led to
this one.
"""

STRUCT = re.compile(
    r"(?P<doc>(?:^//[^\n]*\n)*)^struct (?P<name>\w+) \{\n(?P<body>.*?)^\};", re.M | re.S)
RULE = re.compile(r'Rule k\w+\{\s*((?:"[^"]*"\s*,?\s*)+)\}')


def sentence(doc: str) -> str:
    return " ".join(line.removeprefix("//").strip() for line in doc.splitlines()).strip()


def events_of(header: str) -> list[tuple[str, str, str]]:
    rows = []
    for match in STRUCT.finditer((MODEL / header).read_text()):
        if "kName" not in match["body"]:
            continue
        fields = re.findall(r'field\(\s*"(\w+)"', match["body"])
        rows.append((match["name"], ", ".join(fields), sentence(match["doc"])))
    return rows


def events() -> str:
    out = ["# Events", "", INTRODUCTION]
    for header, title, note in GROUPS:
        out += [f"## {title}", ""]
        if note:
            out += [note, ""]
        out += ["| type | fields | meaning |", "|---|---|---|"]
        for name, fields, doc in events_of(header):
            out.append(f"| `{name}` | {fields} | {doc} |")
        out.append("")
    return "\n".join(out)


def rules() -> list[tuple[str, str]]:
    found = {}
    for path in sorted(ORACLES.rglob("*.cpp")):
        for match in RULE.finditer(path.read_text()):
            texts = re.findall(r'"([^"]*)"', match[1])
            found[texts[0]] = "".join(texts[1:])
    return sorted(found.items())


def invariants() -> str:
    out = ["# Invariants", "",
           "Made by `tools/make_docs.py` from `sim/oracles/`: the rules by which every run is",
           "judged, whatever its scenario expects.", "", "| rule | what must hold |", "|---|---|"]
    out += [f"| {name} | {text} |" for name, text in rules()]
    return "\n".join(out) + "\n"


def main() -> int:
    requirements, found = conformance.Requirements(), conformance.shown()
    made = {ROOT / "docs" / "EVENTS.md": events(), ROOT / "docs" / "INVARIANTS.md": invariants(),
            ROOT / "docs" / "CONFORMANCE.md": conformance.page(requirements, found)}
    faults = conformance.faults(requirements, found) + race_catalogue.faults()
    for fault in faults:
        print(fault)
    if "--check" not in sys.argv[1:]:
        for path, text in made.items():
            path.write_text(text)
        return 0
    stale = [path.name for path, text in made.items()
             if not path.exists() or path.read_text() != text]
    for name in stale:
        print(f"docs/{name} is out of date: run tools/make_docs.py")
    return 1 if stale or faults else 0


if __name__ == "__main__":
    sys.exit(main())
