"""Draw the picture of the front page that README shows: ``python tests/browser/picture.py`` (make picture).

The picture carries the hash of the words it shows, so that a test can tell when the page has moved on.
"""

from __future__ import annotations

import hashlib
import io
import sys
from pathlib import Path

from PIL import Image, PngImagePlugin
from playwright.sync_api import Page, sync_playwright

from buzanlib.site.pdf import CHROMIUM, FLAGS

ROOT = Path(__file__).resolve().parents[2]
PICTURE = ROOT / "book" / "_assets" / "front-page.png"
KEY = "words"
SIZE = {"width": 1180, "height": 1000}


def words(page: Page) -> str:
    """Hash of the words of the article, spaces aside."""
    text = " ".join(page.locator("article").inner_text().split())
    return hashlib.sha256(text.encode()).hexdigest()


def shown(picture: Path) -> str:
    """Hash of the words that a picture shows."""
    with Image.open(picture) as image:
        return str(image.info.get(KEY, ""))


def draw(address: str, picture: Path) -> None:
    """Write the picture of the page at an address."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(viewport=SIZE)  # type: ignore[arg-type]
        page.goto(address)
        about = PngImagePlugin.PngInfo()
        about.add_text(KEY, words(page))
        with Image.open(io.BytesIO(page.screenshot())) as image:
            image.convert("P", palette=Image.Palette.ADAPTIVE).save(picture, pnginfo=about, optimize=True)
        browser.close()


if __name__ == "__main__":
    index = ROOT / "_build" / "html" / "index.html"
    if CHROMIUM is None or not index.is_file():
        sys.exit("the picture needs Chromium and a built book: make book")
    draw(index.as_uri(), PICTURE)
    print(PICTURE.relative_to(ROOT))
