"""A browser that looks at a built book over loopback."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from picture import CHROMIUM, FLAGS
from playwright.sync_api import Browser, sync_playwright

from buzanlib.site.serve import server


@pytest.fixture(scope="module")
def address(html: Path) -> Iterator[str]:
    """Where the book is served, as `buzan serve` does it."""
    with server(html) as book:
        threading.Thread(target=book.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{book.server_port}"
        book.shutdown()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium without a screen, ended with its module: until then an event loop runs that other tests would meet."""
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()
