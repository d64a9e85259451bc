"""docs/CONFORMANCE.md: each requirement with the tests that show it.

The requirements are tests/conformance/requirements.txt. A test shows one by a comment line directly
above it: `// Shows TXN-05, TXN-06.` above a TEST or the run() of a fuzz target, `# Shows ...` above
a Python function that runs against real peers, or anywhere in a scenario. Used by make_docs.py.
"""

import pathlib
import re
import tomllib

ROOT = pathlib.Path(__file__).resolve().parent.parent
REQUIREMENTS = ROOT / "tests" / "conformance" / "requirements.txt"
BREAKS = ROOT / "tests" / "conformance" / "breaks.toml"

ID = re.compile(r"\b[A-Z]{3}-\d\d\b")
SHOWS = re.compile(r"^\s*(?://|#) Shows (.+)$")
GTEST = re.compile(r"^\s*(?:TEST|TEST_F|TEST_P|TYPED_TEST|RC_GTEST_PROP)\(\s*(\w+),\s*(\w+)")
PYTHON = re.compile(r"^\s*def (\w+)\(")
FUZZ = re.compile(r"^void run\(std::string_view bytes\)")

INTRODUCTION = """\
Made by `tools/make_docs.py` from `tests/conformance/requirements.txt` and the tests: what a SIP
user agent owes, and the tests that show that it is kept. A row that no test shows fails the build.
"""

BREAKS_INTRODUCTION = """\
Rows drawn at random, and for each a small break of the code that turns its test red.
`tools/breaks.py` makes them again, one by one (`tests/conformance/breaks.toml`).
"""


class Requirements:
    """The rows in their sections; `later` and `open` are those that need no test yet."""

    def __init__(self):
        self.sections = []  # (title, [(id, source, text)])
        self.later = set()
        self.open = set()
        for line in REQUIREMENTS.read_text().replace("\n    ", " ").splitlines():
            if line.startswith("## "):
                self.sections.append((line[3:], []))
            elif line and not line.startswith("#"):
                self.add(line)

    def add(self, line):
        title, rows = self.sections[-1]
        if title.startswith("Later"):
            self.later |= set(line.split())
        elif title.startswith("Open"):
            self.open |= set(line.split())
        else:
            rows.append(tuple(part.strip() for part in line.split("|", 2)))

    def ids(self):
        return {row[0] for _, rows in self.sections for row in rows}


def name_of_test(path, line):
    """The test that begins in this line, or None."""
    if path.suffix != ".cpp":
        test = PYTHON.match(line)
        return test and test[1]
    if FUZZ.match(line):
        return f"fuzz target {path.stem}"
    test = GTEST.match(line)
    return test and f"{test[1]}.{test[2]}"


def shown_in(path):
    """Yields (id, name of the test) for each claim in a file."""
    waiting = []
    relative = path.relative_to(ROOT)
    for line in path.read_text(errors="replace").splitlines():
        shows = SHOWS.match(line)
        if shows:
            waiting += ID.findall(shows[1])
            continue
        name = name_of_test(path, line)
        if name and waiting:
            yield from ((each, f"{name} ({relative})") for each in waiting)
            waiting = []
    if path.suffix == ".txt":
        yield from ((each, f"{path.stem} ({relative})") for each in waiting)
    elif waiting:
        raise ValueError(f"{relative}: 'Shows {waiting[0]}' stands above no test")


def shown():
    """The tests by requirement."""
    found = {}
    files = ["tests/**/*.cpp", "tests/**/*.py", "scenarios/*/*.txt"]
    for path in sorted(path for pattern in files for path in ROOT.glob(pattern)):
        for each, test in shown_in(path):
            tests = found.setdefault(each, [])
            if test not in tests:
                tests.append(test)
    return found


def faults(requirements, found):
    """What is wrong between requirements and tests, as sentences."""
    known = requirements.ids()
    missing = known - found.keys()
    out = [f"{each} is shown by no test" for each in sorted(missing - requirements.open)]
    out += [f"{each} is listed as open and is not" for each in sorted(requirements.open - missing)]
    out += [f"{tests[0]} shows {each}, which is no requirement"
            for each, tests in sorted(found.items()) if each not in known | requirements.later]
    return out


def breaks():
    """The lines about how tests of rows were seen to fail."""
    out = ["## Seen to fail", "", BREAKS_INTRODUCTION, "| row | break | in | turns red |",
           "|---|---|---|---|"]
    for each in tomllib.loads(BREAKS.read_text())["break"]:
        out.append(f"| {each['row']} | {each['what']} | `{each['file']}` | `{each['test']}` |")
    return [*out, ""]


def page(requirements, found):
    out = ["# Conformance", "", INTRODUCTION]
    for title, rows in requirements.sections:
        if not rows:
            continue
        out += [f"## {title}", "", "| row | requirement | from | shown by |", "|---|---|---|---|"]
        for each, source, text in rows:
            tests = "<br>".join(f"`{test}`" for test in found.get(each, []))
            out.append(f"| {each} | {text} | {source} | {tests} |")
        out.append("")
    later = ", ".join(sorted(requirements.later))
    if requirements.open:
        out += ["## Open", "", "Not shown yet: " + ", ".join(sorted(requirements.open)) + ".", ""]
    out += ["## Later", "", f"For the work on media: {later}.", ""]
    out += breaks()
    return "\n".join(out)
