"""Show a built book in the browser of this machine."""

from __future__ import annotations

from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from buzanlib.errors import BuzanError


class _Quiet(SimpleHTTPRequestHandler):
    """Serves files and does not report every one."""

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def server(html: Path, port: int = 0) -> ThreadingHTTPServer:
    """Make a server of a built book, for this machine alone.

    Parameters
    ----------
    html : Path
        Folder with the front page.
    port : int
        Port; any free one if 0.

    Returns
    -------
    ThreadingHTTPServer
        Not yet serving; its ``server_port`` says where.

    Raises
    ------
    BuzanError
        Where there is no book, or the port is taken.
    """
    if not (html / "index.html").is_file():
        raise BuzanError(f"no book in {str(html)!r}: build it first, with 'buzan book'")
    try:
        return ThreadingHTTPServer(("127.0.0.1", port), partial(_Quiet, directory=str(html)))
    except OSError as error:
        raise BuzanError(
            f"port {port} cannot be used: {error.strerror}; leave it out for any free one"
        ) from None
