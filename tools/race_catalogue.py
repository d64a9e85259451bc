"""The races of the catalogue: each is a scenario file named by its id, or docs/SCENARIOS.md says
why it is none yet. Asked by tools/make_docs.py --check."""

import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parent.parent

# Chapters by how many races they have, numbered from 1. RFC 5407 names its own.
CHAPTERS = {"R-6026-": 7, "R-OA-": 26, "R-EST-": 15, "R-BYE-": 22, "R-REF-": 6, "R-REP-": 3,
            "R-ST-": 6, "R-MED-": 15, "R-REG-": 3, "R-TRN-": 6, "R-PRC-": 8, "R-TP-": 27}
RFC_5407 = ("3.1.1 3.1.2 3.1.3 3.1.4 3.1.5 3.1.6 3.2.1 3.2.2 3.2.3 3.2.4 3.3.1 3.3.2 3.3.3 "
            "A B1 B2 C1 C2 D1 D2 E4 E5 E6 E7").split()
ROW = re.compile(r"^\| (R-[\w.-]+) \| (.*?) \|$", re.M)


def ids() -> list[str]:
    found = [f"R-5407-{name}" for name in RFC_5407]
    for chapter, count in CHAPTERS.items():
        digits = 1 if chapter == "R-6026-" else 2
        found += [f"{chapter}{number:0{digits}}" for number in range(1, count + 1)]
    return found


def faults() -> list[str]:
    """What is wrong with the list of races that have no file, one sentence each."""
    files = {path.stem for path in (ROOT / "scenarios").rglob("R-*.txt")}
    reasons = dict(ROW.findall((ROOT / "docs" / "SCENARIOS.md").read_text()))
    wrong = [f"{name} has no scenario, and docs/SCENARIOS.md gives no reason"
             for name in ids() if name not in files and not reasons.get(name, "").strip()]
    wrong += [f"{name} has a scenario: take it out of docs/SCENARIOS.md"
              for name in reasons if name in files]
    wrong += [f"docs/SCENARIOS.md lists {name}, which is no race of the catalogue"
              for name in reasons if name not in ids()]
    return wrong
