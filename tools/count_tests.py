#!/usr/bin/env python3
"""Counts a ctest JUnit file: prints `N passed, N failed, N skipped`; exits 1 if anything failed.

A test that asked to be skipped is skipped. One that could not be run at all (its program is
missing) is a failure, although ctest files both under "notrun".
"""
import sys
import xml.etree.ElementTree as ElementTree


def verdict(case):
    status = case.get("status")
    if status == "run":
        return "passed"
    skipped = case.find("skipped")
    asked = skipped is not None and skipped.get("message", "").startswith("SKIP_")
    return "skipped" if asked or status == "disabled" else "failed"


def main(path):
    try:
        cases = ElementTree.parse(path).getroot().findall("testcase")
    except (OSError, ElementTree.ParseError) as error:
        print(f"count_tests: {path}: {error}", file=sys.stderr)
        cases = []
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    for case in cases:
        counts[verdict(case)] += 1
    if not cases:  # no result is no success
        counts["failed"] = 1
    print(", ".join(f"{count} {word}" for word, count in counts.items()))
    return 1 if counts["failed"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
