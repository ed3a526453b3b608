"""Chromium without a window, driven by Selenium, for tests and for the pictures of the README."""
import base64
import contextlib
import tempfile

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.expected_conditions import staleness_of
from selenium.webdriver.support.wait import WebDriverWait

# A narrow window is asked for by emulation: no window is narrower than 500 pixels.
FLAGS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars",
         "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"]
PATIENCE = 60


class Window:
    """One window; end() closes it."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="stsready-browser-")
        options = Options()
        options.binary_location = "/usr/bin/chromium"
        for flag in FLAGS + ["--user-data-dir=" + self.folder.name]:
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self.driver = webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)
        self.driver.set_page_load_timeout(PATIENCE)
        self.waiting = WebDriverWait(self.driver, PATIENCE)

    def end(self):
        self.driver.quit()
        self.folder.cleanup()

    def show(self, url, width=1280, dark=False):
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
            "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500})
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {
            "features": [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]})
        self.driver.get(url)

    @contextlib.contextmanager
    def going(self):
        """What is done within leads to another page, which is there afterwards: the driver may answer before."""
        before = self.driver.find_element(By.TAG_NAME, "html")
        yield
        self.waiting.until(staleness_of(before))
        self.waiting.until(lambda driver: driver.execute_script("return document.readyState") == "complete")

    def click(self, by, what):
        with self.going():
            self.driver.find_element(by, what).click()

    def enter(self, name, text):
        """Into the field of that name, and sends the form."""
        with self.going():
            self.driver.find_element(By.NAME, name).send_keys(text + Keys.ENTER)

    def size(self):
        """Of the page, in pixels."""
        size = self.driver.execute_cdp_cmd("Page.getLayoutMetrics", {})["cssContentSize"]
        return size["width"], size["height"]

    def picture(self, path, top=0, height=None):
        """The page as PNG, from top on."""
        wide, high = self.size()
        shot = self.driver.execute_cdp_cmd("Page.captureScreenshot", {
            "captureBeyondViewport": True,
            "clip": {"x": 0, "y": top, "width": wide, "height": height or high - top, "scale": 1}})
        with open(path, "wb") as file:
            file.write(base64.b64decode(shot["data"]))
