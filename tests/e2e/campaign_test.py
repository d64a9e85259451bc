"""A campaign is the same on any number of workers, resumes, merges, and keeps what it found."""
import os
import sqlite3
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree as ElementTree

PROGRAM = sys.argv.pop(1)
REGRESSIONS = os.path.join(os.path.dirname(__file__), "../../scenarios/regressions")


def fuzz(folder, *words):
    return subprocess.run([PROGRAM, "fuzz", *words], cwd=folder, capture_output=True, text=True,
                          timeout=250)


def rows(folder, name):
    with sqlite3.connect(os.path.join(folder, name)) as file:
        return file.execute("SELECT * FROM block").fetchall()


class Campaign(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = scratch.name

    def test_is_the_same_on_any_number_of_workers(self):
        words = ["normal-bye", "bye-during-hold", "--runs", "1500"]
        one = fuzz(self.folder, *words, "--jobs", "1", "--campaign", "one.db")
        three = fuzz(self.folder, *words, "--jobs", "3", "--campaign", "three.db")
        self.assertEqual(one.returncode, 0, one.stdout + one.stderr)
        self.assertEqual(one.stdout, three.stdout)
        self.assertEqual(rows(self.folder, "one.db"), rows(self.folder, "three.db"))
        self.assertGreater(len(rows(self.folder, "one.db")), 2)

    def test_says_what_it_never_reached(self):
        told = fuzz(self.folder, "normal-bye", "--runs", "500", "--campaign", "probes.db")
        self.assertEqual(told.returncode, 0, told.stdout + told.stderr)
        self.assertIn("never reached: collision (nor had it to be in such a campaign)", told.stdout)
        self.assertNotIn("never reached: crashed\n", told.stdout)
        self.assertTrue(any('"probes"' in str(row) for row in rows(self.folder, "probes.db")))

    def test_resumes_and_merges(self):
        words = ["normal-bye", "--runs", "500"]
        fuzz(self.folder, *words, "--campaign", "first.db")
        fuzz(self.folder, *words, "--seed", "501", "--campaign", "second.db")
        again = fuzz(self.folder, *words, "--campaign", "first.db")
        self.assertIn("2 blocks, 2 of them known", again.stdout)
        merged = fuzz(self.folder, "normal-bye", "--runs", "1000", "--campaign", "first.db",
                      "--merge", "second.db")
        self.assertIn("3 blocks, 3 of them known", merged.stdout)

    def test_keeps_what_it_found_and_runs_it_first_ever_after(self):
        words = ["normal-bye", "--rules", "immediate", "--runs", "500", "--out", "kept"]
        found = fuzz(self.folder, *words, "--junit", "found.xml")
        self.assertEqual(found.returncode, 1, found.stdout + found.stderr)
        kept = os.listdir(os.path.join(self.folder, "kept"))
        self.assertTrue(any(name.endswith(".run") for name in kept), kept)
        suite = ElementTree.parse(os.path.join(self.folder, "found.xml")).getroot()
        self.assertEqual(suite.get("failures"), "1")
        names = {each.get("name") for each in suite.iter("property")}
        self.assertLessEqual({"seed", "token", "replay"}, names)
        again = fuzz(self.folder, *words, "--jobs", "1", "--regressions", "kept")
        self.assertEqual(again.returncode, 1)
        self.assertIn("regression of normal-bye: I-53", again.stdout)
        self.assertNotIn("blocks", again.stdout)

    def test_what_once_failed_holds_now(self):
        known = sorted(os.listdir(REGRESSIONS))
        self.assertTrue(known)
        for name in known:
            with open(os.path.join(REGRESSIONS, name), encoding="utf-8") as file:
                lines = dict(line.split(maxsplit=1) for line in file.read().splitlines())
            setup = dict(word.split("=", 1) for word in lines["setup"].split())
            told = subprocess.run(
                [PROGRAM, "replay", lines["token"], "--scenario", lines["scenario"],
                 "--rules", setup["rules"], "--turns", setup["turns"]],
                capture_output=True, text=True, timeout=60)
            self.assertEqual(told.returncode, 0, name + "\n" + told.stdout + told.stderr)


if __name__ == "__main__":
    unittest.main()
