#!/usr/bin/python3
"""The backtest itself, small: it runs through, its figures add up, and one seed makes one set of worlds."""
import os
import re
import subprocess
import unittest

from cluster import ROOT

BACKTEST = os.path.join(ROOT, "tests", "backtest", "backtest")
ROWS = ["stsready", "no failure in 14 days", "99 % passed in 14 days", "live check only", "sts-class failures only"]


def play(worlds, days, seed):
    done = subprocess.run([BACKTEST, "--worlds", str(worlds), "--days", str(days), "--seed", str(seed)],
                          capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise AssertionError(done.stderr)
    return done.stdout


class Backtest(unittest.TestCase):
    def test_figures_add_up(self):
        out = play(16, 40, 3)
        verdicts = dict(re.findall(r"([a-z-]+) (\d+)", out.split("\nverdicts: ")[1]))
        self.assertEqual(sum(map(int, verdicts.values())), 16 * 40)
        rows = {line[:24].strip(): line[24:].split() for line in out.splitlines()
                if re.match(r".{24} +\d+ +\d+ ", line)}
        self.assertEqual(list(rows), ROWS)
        self.assertEqual(rows["stsready"][0], verdicts.get("promote", "0"))
        for name, row in rows.items():
            with self.subTest(name):
                promoted, false = int(row[0]), int(row[1])
                self.assertLessEqual(false, promoted, "false ones are among those promoted")
                self.assertLessEqual(promoted, 16 * 40)
                if promoted > 0:
                    self.assertAlmostEqual(float(row[3]), 1000 * false / promoted, places=2)
        # what looks at nothing but today promotes from the first day; what asks for two weeks cannot
        self.assertGreater(int(rows["live check only"][0]), int(rows["no failure in 14 days"][0]))
        self.assertGreater(int(rows["no failure in 14 days"][0]), 0)
        self.assert_lists(out, rows)

    def assert_lists(self, out, rows):
        """The false days are named with a cause each, no more and no fewer."""
        kinds = re.search(r"^days by kind: (.*)$", out, re.M).group(1)
        self.assertEqual(sum(map(int, re.findall(r" (\d+)(?:,|$)", kinds))), int(rows["stsready"][1]))

    def test_a_seed_is_a_world(self):
        self.assertEqual(play(3, 8, 5), play(3, 8, 5))
        self.assertNotEqual(play(3, 8, 5), play(3, 8, 6))


if __name__ == "__main__":
    unittest.main()
