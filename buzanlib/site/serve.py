"""Show a built book in the browser of this machine."""

from __future__ import annotations

import http.client
from contextlib import suppress
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

from buzanlib.errors import BuzanError

_POLICY = (
    "default-src 'self'; "
    "script-src 'self' 'unsafe-inline'; "  # of the theme, on every page
    "style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
"""What pages may load: nothing that is not part of the book."""

_PORTS = range(2**16)


class _Book(SimpleHTTPRequestHandler):
    """Serves the files of a book to requests for this machine's own name, without a log."""

    def log_message(self, format: str, *args: object) -> None:
        """Log nothing."""

    def handle(self) -> None:
        """Ignore readers who disconnect."""
        with suppress(ConnectionError):
            super().handle()

    def end_headers(self) -> None:
        """Forbid browsers to load from elsewhere, to guess types and to cache."""
        self.send_header("Content-Security-Policy", _POLICY)
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def send_head(self):  # type: ignore[no-untyped-def]
        """Refuse what is not a file of the book, before it is opened."""
        assert isinstance(self.server, ThreadingHTTPServer)
        port = "" if self.server.server_port == http.client.HTTP_PORT else f":{self.server.server_port}"
        if self.headers.get("Host") not in (f"127.0.0.1{port}", f"localhost{port}"):
            # DNS rebinding: a page from elsewhere may point its own name at this machine.
            return self.send_error(HTTPStatus.MISDIRECTED_REQUEST)
        # What does not begin with a slash is an address with a host of its own.
        if not self.path.startswith("/") or "\0" in unquote(self.path):
            return self.send_error(HTTPStatus.BAD_REQUEST)
        path = unquote(urlsplit(self.path).path, errors="surrogateescape")
        hidden = any(part.startswith(".") for part in path.split("/"))
        if hidden or not self._has(Path(self.translate_path(self.path))):
            return self.send_error(HTTPStatus.NOT_FOUND)
        return super().send_head()

    def _has(self, place: Path) -> bool:
        """Whether a file, or the front page of a folder, is of the book itself; a name may be too long for any."""
        with suppress(OSError):
            if place.is_dir():
                place /= "index.html"
            home = Path(self.directory).resolve()
            return place.is_file() and place.resolve() == home / place.relative_to(self.directory)
        return False


def server(html: Path, port: int = 0) -> ThreadingHTTPServer:
    """Make a server of a built book, for this machine alone, from the folder with the front page.

    It is not yet serving; its ``server_port`` says where, any free one if `port` is 0. It lists no folder, follows no
    link out of the book, shows no hidden file and refuses requests for another host. `BuzanError` if there is no book,
    or the port is invalid or taken.
    """
    if not (html / "index.html").is_file():
        raise BuzanError(f"no book in {str(html)!r}: build it first, with 'buzan book'")
    if port not in _PORTS:
        raise BuzanError(f"port {port} is none; allowed: 1 to {_PORTS[-1]}, or leave it out for any free one")
    try:
        return ThreadingHTTPServer(("127.0.0.1", port), partial(_Book, directory=str(html)))
    except OSError as error:
        raise BuzanError(
            f"port {port} cannot be used: {error.strerror}; leave it out for any free one"
        ) from None
