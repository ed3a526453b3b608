#!/usr/bin/python3
"""The backtest itself, small: it runs through, its figures add up, and one seed makes one set of worlds."""
import os
import re
import subprocess
import unittest

from cluster import ROOT

BACKTEST = os.path.join(ROOT, "tests", "backtest", "backtest")


def play(worlds, days, seed):
    done = subprocess.run([BACKTEST, "--worlds", str(worlds), "--days", str(days), "--seed", str(seed)],
                          capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise AssertionError(done.stderr)
    return done.stdout


class Backtest(unittest.TestCase):
    def test_figures_add_up(self):
        out = play(16, 36, 3)
        verdicts = dict(re.findall(r"([a-z-]+) (\d+)", out.split("\nverdicts: ")[1]))
        self.assertEqual(sum(map(int, verdicts.values())), 16 * 36)
        rows = {line[:24].strip(): line[24:].split() for line in out.splitlines() if re.match(r".{24} +\d+ +\d+ ", line)}
        self.assertEqual(len(rows), 5)
        self.assertEqual(rows["stsready"][0], verdicts.get("promote", "0"))
        for name, row in rows.items():
            with self.subTest(name):
                self.assertLessEqual(int(row[1]), int(row[0]), "false ones are among those promoted")
                self.assertLessEqual(int(row[0]), 16 * 36)
        # what looks at nothing but today promotes from the first day; what asks for two weeks cannot
        self.assertGreater(int(rows["live check only"][0]), int(rows["no failure in 14 days"][0]))
        self.assertGreater(int(rows["no failure in 14 days"][0]), 0)

    def test_a_seed_is_a_world(self):
        self.assertEqual(play(3, 8, 5), play(3, 8, 5))
        self.assertNotEqual(play(3, 8, 5), play(3, 8, 6))


if __name__ == "__main__":
    unittest.main()
