#!/usr/bin/python3
"""What all commands of stsready share: help, hints, settings and where they come from.

STSREADY names the program."""
import os
import subprocess
import tempfile
import unittest

PROGRAM = os.environ["STSREADY"]
COMMANDS = ["init", "import", "reread", "parse", "domains", "reports", "failures", "check", "readiness", "prune"]


class CommandLine(unittest.TestCase):
    def run_any(self, *words, **environment):
        done = subprocess.run([PROGRAM, *words], capture_output=True, text=True, timeout=60, check=False,
                              env={"PATH": os.environ["PATH"], "HOME": "/nonexistent", **environment})
        return done.returncode, done.stdout, done.stderr

    # ---- help ----

    def test_help(self):
        status, out, errors = self.run_any("--help")
        self.assertEqual((status, errors), (0, ""))
        for command in COMMANDS:
            self.assertIn("\n  %s " % command, out)
        for words in (["-h"], ["help"]):
            self.assertEqual(self.run_any(*words), (0, out, ""))
        self.assertEqual(self.run_any(), (64, "", out))

    def test_help_of_commands(self):
        for command in COMMANDS:
            with self.subTest(command):
                status, out, errors = self.run_any(command, "--help")
                self.assertEqual((status, errors), (0, ""))
                self.assertTrue(out.startswith("Usage:\n  stsready %s [OPTION" % command), out)
                self.assertRegex(out, "\nExit status[:,]")
                self.assertLessEqual(max(map(len, out.splitlines())), 110, out)
                self.assertEqual(self.run_any("help", command), (0, out, ""))

    def test_version(self):
        status, out, errors = self.run_any("--version")
        self.assertEqual((status, errors), (0, ""))
        self.assertRegex(out, r"^stsready \d+\.\d+\.\d+\n$")

    def test_unknown_command(self):
        for name, meant in (("inport", "import"), ("raed", "reread"), ("rep", "reports"), ("initt", "init"),
                            ("domian", "domains"), ("falures", "failures"), ("xyzzy", None), ("", None),
                            ("x", None), ("y" * 300, None)):
            hint = "did you mean `stsready %s`?" % meant if meant else "`stsready --help` lists them"
            for words in ([name], ["help", name]) if name else ([name],):
                with self.subTest(words):
                    self.assertEqual(self.run_any(*words),
                                     (64, "", "stsready: %s: no such command; %s\n" % (name, hint)))

    def test_unknown_option(self):
        for command in COMMANDS:
            with self.subTest(command):
                status, out, errors = self.run_any(command, "--nonsense")
                self.assertEqual((status, out), (64, ""))
                self.assertIn("--nonsense; see `stsready %s --help`" % command, errors)
                self.assertEqual(errors.count("\n"), 1, errors)

    def test_wrong_values(self):
        for words in (["--workers", "-1"], ["--workers", "257"], ["--batch", "10001"], ["--wait", "-1"],
                      ["--wait", "nan"], ["--batch", "x"]):
            with self.subTest(words):
                status, out, errors = self.run_any("import", *words, "/dev/null")
                self.assertEqual((status, out, errors.count("\n")), (64, "", 1), errors)

    def test_wrong_values_of_readiness(self):
        """Each is refused before any database is looked for."""
        for words, why in ((["--at", "yesterday", "a.example"], "--at: is no time"),
                           (["--format", "xml", "a.example"], "--format: is text, json, html or nagios"),
                           (["--format", "html"], "--format html and nagios: go with one domain"),
                           (["--format", "nagios", "a.example", "b.example"],
                            "--format html and nagios: go with one domain"),
                           (["--policy", "/dev/null"], "--policy: goes with one domain"),
                           (["--window", "0", "a.example"], "--window")):
            with self.subTest(words):
                status, out, errors = self.run_any("readiness", *words, STSREADY_DATABASE="host=/nowhere")
                self.assertEqual((status, out, errors.count("\n")), (64, "", 1), errors)
                self.assertTrue(errors.startswith("stsready: " + why), errors)

    # ---- settings ----

    def settings(self, text):
        file = tempfile.NamedTemporaryFile("w", prefix="stsready-", suffix=".conf")
        self.addCleanup(file.close)
        file.write(text)
        file.flush()
        return file.name

    def tried(self, *words, **environment):
        """The host that a command tries to reach: none answers."""
        status, _, errors = self.run_any("domains", *words, **environment)
        self.assertEqual((status, errors.count("\n")), (69, 1), errors)
        return errors.split('"')[1].split("/.s.PGSQL")[0]

    def test_where_the_database_comes_from(self):
        """The command line, the environment, the file, libpq's own, the private one: the first counts."""
        state = tempfile.TemporaryDirectory(prefix="stsready-state-")
        self.addCleanup(state.cleanup)
        private = os.path.join(state.name, "postgres/run")
        os.makedirs(private)
        option = ["--database", "host=/nowhere/option"]
        config = ["--config", self.settings("[stsready]\ndatabase = host=/nowhere/file\n")]
        environment = {"STSREADY_DATABASE": "host=/nowhere/environment"}
        libpq = {"PGHOST": "/nowhere/libpq"}
        local = {"STSREADY_STATE": state.name}
        for words, variables, want in (
                (option + config, {**environment, **libpq, **local}, "/nowhere/option"),
                (config, {**environment, **libpq, **local}, "/nowhere/environment"),
                (config, {**libpq, **local}, "/nowhere/file"),
                ([], {"STSREADY_CONFIG": config[1], **libpq, **local}, "/nowhere/file"),
                ([], {**libpq, **local}, "/nowhere/libpq"),
                ([], local, private),
                ([], {**local, "STSREADY_DATABASE": ""}, private)):
            with self.subTest(want):
                self.assertEqual(self.tried(*words, **variables), want)

    def test_bad_settings(self):
        for text, why in (("[stsready\n", "Key file"), ("database = x\n", "Key file"), (None, "No such file")):
            path = "/nonexistent.conf" if text is None else self.settings(text)
            with self.subTest(path):
                status, out, errors = self.run_any("domains", "--config", path)
                self.assertEqual((status, out, errors.count("\n")), (78, "", 1), errors)
                self.assertTrue(errors.startswith("stsready: settings: %s: %s" % (path, why)), errors)


if __name__ == "__main__":
    unittest.main()
