#!/usr/bin/env python3
"""Shows that tests of requirements can fail: breaks the code in a small way, row by row, and runs
the test that shows the row. The breaks are tests/conformance/breaks.toml.

    tools/breaks.py [ROW ...]     all rows, or these; exit 1 if a test stayed green

Works in a checkout of its own under build/breaks, so that nothing of yours is touched. What is
tested is the newest commit.
"""

import pathlib
import subprocess
import sys
import tomllib

ROOT = pathlib.Path(__file__).resolve().parent.parent
TREE = ROOT / "build" / "breaks"
BUILD = TREE / "build" / "debug"
BREAKS = ROOT / "tests" / "conformance" / "breaks.toml"


def run(*command, **options):
    words = [str(part) for part in command]
    return subprocess.run(words, capture_output=True, text=True, **options)


def must(*command):
    done = run(*command)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")


def check_out():
    if TREE.exists():
        must("git", "-C", TREE, "checkout", "-q", "--force", "--detach", head())
    else:
        must("git", "-C", ROOT, "worktree", "add", "-q", "--detach", TREE, head())
    must("cmake", "--preset", "debug", "-S", TREE, "-B", BUILD)


def head():
    return run("git", "-C", ROOT, "rev-parse", "HEAD").stdout.strip()


def verdict(each):
    """Whether the test went red, and what to say about it."""
    path = TREE / each["file"]
    text = path.read_text()
    if text.count(each["old"]) != 1:
        return False, f"the text to break stands {text.count(each['old'])} times in {each['file']}"
    path.write_text(text.replace(each["old"], each["new"]))
    try:
        built = run("ninja", "-C", BUILD, "-j2", each["program"])
        if built.returncode != 0:
            return False, "the broken code does not build:\n" + built.stdout[-2000:]
        test = run(BUILD / "tests" / each["program"], f"--gtest_filter={each['test']}", timeout=300)
        if "[  PASSED  ] 0 tests" in test.stdout and test.returncode == 0:
            return False, "there is no such test"
        return test.returncode != 0, "red" if test.returncode != 0 else "stayed green"
    finally:
        path.write_text(text)


def main():
    wanted = set(sys.argv[1:])
    breaks = [each for each in tomllib.loads(BREAKS.read_text())["break"]
              if not wanted or each["row"] in wanted]
    check_out()
    green = 0
    for each in breaks:
        red, word = verdict(each)
        green += not red
        print(f"{each['row']}  {each['test']}: {word}", flush=True)
    print(f"{len(breaks)} breaks, {len(breaks) - green} turned their test red")
    return 1 if green or not breaks else 0


if __name__ == "__main__":
    sys.exit(main())
