#!/usr/bin/python3
"""The pages of `stsready web` in a real browser: wide and narrow, light and dark, by keyboard, with what strangers
wrote; and an accessibility check where axe-core is at hand.

STSREADY names the program.  STSREADY_PICTURES, a folder, is where pictures of all pages go."""
import json
import os
import unittest

from selenium.common.exceptions import NoAlertPresentException
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from browser import Window
from test_pages import EVIL, evil_report
from web import Site

PICTURES = os.environ.get("STSREADY_PICTURES")
HERE = os.path.dirname(os.path.abspath(__file__))
AXE = os.environ.get("STSREADY_AXE", os.path.join(HERE, "node_modules/axe-core/axe.min.js"))
WIDTHS = (1280, 390)


class Browser(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.site = Site(["--allow-check"])
        cls.addClassCleanup(cls.site.end)
        for number, text in enumerate(EVIL):
            cls.site.add_report("evil-%d.json" % number, evil_report(number, text))
        cls.site.watch("evil.example")
        cls.site.serve()
        cls.window = Window()
        cls.addClassCleanup(cls.window.end)
        cls.driver = cls.window.driver
        report = json.loads(cls.site.get("/reports.json?domain=lantern.example&limit=1")[2])[0]
        evil = json.loads(cls.site.get("/reports.json?domain=evil.example&limit=1")[2])[0]
        cls.paths = {"fleet": "/", "kestrel": "/domains/kestrel.example", "thistle": "/domains/thistle.example",
                     "lantern": "/domains/lantern.example", "reports": "/reports?domain=lantern.example",
                     "failures": "/failures", "report": "/reports/lantern.example/" + report["digest"],
                     "check": "/check", "evil": "/domains/evil.example", "evil-failures": "/failures?domain=evil.example",
                     "evil-reports": "/reports?domain=evil.example", "missing": "/nothing-here",
                     "evil-report": "/reports/evil.example/" + evil["digest"]}

    def show(self, path, width=1280, dark=False):
        self.window.show(self.site.url + path, width, dark)

    def console(self):
        return [entry["message"] for entry in self.driver.get_log("browser") if entry["level"] == "SEVERE"
                and "404 (Not Found)" not in entry["message"]]

    def picture(self, name):
        if PICTURES:
            self.window.picture(os.path.join(PICTURES, name + ".png"))

    def each_page(self):
        for name, path in self.paths.items():
            for width in WIDTHS:
                for dark in (False, True):
                    self.show(path, width, dark)
                    yield "%s-%d-%s" % (name, width, "dark" if dark else "light")

    def test_fits_and_is_quiet(self):
        """No page is wider than its window, none complains, none ran a script of a stranger's."""
        for name in self.each_page():
            with self.subTest(name):
                self.picture(name)
                self.assertEqual(self.console(), [])
                wide, window = self.driver.execute_script(
                    "return [document.documentElement.scrollWidth, document.documentElement.clientWidth]")
                self.assertLessEqual(wide, window)
                title = self.driver.title
                self.assertTrue(title.endswith("stsready"), title)
                self.assertEqual(self.driver.execute_script("return document.scripts.length"), 0)
                with self.assertRaises(NoAlertPresentException):
                    self.driver.switch_to.alert.accept()

    def test_tables_are_cards_on_a_phone(self):
        """Nothing of a table lies beyond the edge, and each cell says of what it is."""
        for name in ("fleet", "lantern", "reports", "evil-failures"):
            with self.subTest(name):
                self.show(self.paths[name], 390)
                beyond, before = self.driver.execute_script(
                    "const seen = [...document.querySelectorAll('table.rows')].filter(one => one.checkVisibility());"
                    "return [seen.map(one => one.parentNode).filter(one => one.scrollWidth > one.clientWidth).length,"
                    "getComputedStyle(document.querySelector('td.n, td.day'), '::before').content]")
                self.assertEqual(beyond, 0)
                self.assertRegex(before, "^\"[A-Z]")

    def test_colours_are_those_of_the_scheme(self):
        seen = set()
        for dark in (False, True):
            self.show("/", dark=dark)
            seen.add(self.driver.execute_script("return getComputedStyle(document.body).backgroundColor"))
        self.assertEqual(len(seen), 2)
        self.assertIn("rgb(255, 255, 255)", seen, "the style was applied")

    def test_strangers_texts_are_shown_as_text(self):
        self.show(self.paths["evil-failures"])
        shown = self.driver.find_element(By.TAG_NAME, "main").text
        self.assertIn("<script>alert(1)</script>", shown)
        self.assertIn("onerror=alert(1)", shown)
        self.assertNotIn("\u202e", self.driver.page_source)
        self.assertEqual(self.driver.find_elements(By.CSS_SELECTOR, "img, svg[onload]"), [])

    def test_keyboard(self):
        """From the top: the way past the navigation, the navigation, the filter, the table, its links."""
        self.show("/")
        order = []
        for _ in range(40):
            self.driver.switch_to.active_element.send_keys(Keys.TAB)
            element = self.driver.switch_to.active_element
            if element.tag_name == "body":
                break
            order.append(element.text.strip() or element.get_attribute("name") or element.get_attribute("aria-label"))
        self.assertEqual(order[:9], ["To the content", "Domains", "Reports", "Failures", "Check", "1 fix",
                                     "1 unknown", "1 wait", "1 promote"], order)
        for name in ("q", "any", "worst first", "Show", "lantern.example", "kestrel.example"):
            self.assertTrue(any(name in one for one in order), (name, order))
        self.show("/")
        self.driver.switch_to.active_element.send_keys(Keys.TAB)
        skip = self.driver.switch_to.active_element
        self.assertGreaterEqual(skip.location["x"], 0, "the way past is seen when it is reached")
        skip.send_keys(Keys.ENTER)
        self.window.waiting.until(lambda driver: driver.current_url.endswith("#content"))

    def rows(self):
        return [row.text for row in self.driver.find_elements(By.CSS_SELECTOR, "tbody th")]

    def test_filter_and_order(self):
        self.show("/")
        worst = self.rows()
        self.assertEqual((worst[0], worst[-1]), ("lantern.example", "kestrel.example"))
        self.window.enter("q", "THIST")
        self.assertEqual(self.rows(), ["thistle.example"])
        self.assertEqual(self.driver.find_element(By.NAME, "q").get_attribute("value"), "THIST")
        self.show("/")
        self.window.click(By.LINK_TEXT, "Domain")
        self.assertEqual(self.rows(), sorted(worst))
        self.show("/")
        self.window.click(By.LINK_TEXT, "1 promote")
        self.assertEqual(self.rows(), ["kestrel.example"])
        self.window.click(By.LINK_TEXT, "kestrel.example")
        self.assertEqual(self.driver.find_element(By.CSS_SELECTOR, ".verdict .word").text, "PROMOTE")

    def test_reports_are_browsed(self):
        self.show("/reports")
        self.driver.find_element(By.NAME, "domain").send_keys("lantern.example")
        self.driver.find_element(By.NAME, "since").send_keys("2026-11-19")
        self.window.click(By.CSS_SELECTOR, "button")
        rows = self.driver.find_elements(By.CSS_SELECTOR, "tbody tr")
        self.assertTrue(rows)
        self.assertTrue(all("lantern.example" in row.text for row in rows))
        self.window.click(By.CSS_SELECTOR, "tbody a")
        self.assertIn('"policy-type": "sts"', self.driver.find_element(By.TAG_NAME, "pre").text)

    def test_the_way_around_is_whole_where_nothing_is(self):
        self.show("/nothing-here")
        links = [link.text for link in self.driver.find_elements(By.CSS_SELECTOR, "header a")]
        self.assertEqual(links, ["Domains", "Reports", "Failures", "Check"])

    def test_check_form(self):
        self.show("/check")
        self.window.enter("domain", "nothing.invalid")
        self.assertIn("nothing.invalid", self.driver.find_element(By.TAG_NAME, "pre").text)
        self.assertEqual(self.console(), [])

    @unittest.skipUnless(os.path.exists(AXE), "axe-core is not installed (tests/e2e/package.json)")
    def test_accessible(self):
        with open(AXE, encoding="utf-8") as file:
            axe = file.read()
        for name in self.each_page():
            with self.subTest(name):
                # the driver's own script: the page's policy does not hold for it
                self.driver.execute_script(axe)
                found = self.driver.execute_async_script(
                    "const done = arguments[0];"
                    "axe.run().then(found => done(found.violations), error => done(String(error)))")
                self.assertIsInstance(found, list, found)
                serious = [(one["id"], one["nodes"][0]["html"][:200]) for one in found
                           if one["impact"] in ("serious", "critical")]
                self.assertEqual(serious, [])


if __name__ == "__main__":
    unittest.main()
