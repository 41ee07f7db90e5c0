"""A book is served to this machine alone, and nothing but the book."""

from __future__ import annotations

import http.client
import re
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from buzanlib.errors import BuzanError
from buzanlib.site.serve import server


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    """Of a server of a small book, with much beside and in it that is not for readers."""
    html = tmp_path / "html"
    (html / "chapters" / "bare").mkdir(parents=True)
    (tmp_path / "secret.txt").write_text("secret")
    for name in ("index.html", "chapters/index.html", "chapters/bare/page.html", ".buildinfo", ".git.html"):
        (html / name).write_text(f"what stands in {name}")
    (html / "link.txt").symlink_to(tmp_path / "secret.txt")
    (html / "out").symlink_to(tmp_path)
    with server(html) as book:
        threading.Thread(target=book.serve_forever, daemon=True).start()
        yield book.server_port
        book.shutdown()


def asked(port: int, path: str, host: str = "", method: str = "GET") -> tuple[int, str, dict[str, str]]:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.putrequest(method, path, skip_host=True)
    connection.putheader("Host", host or f"127.0.0.1:{port}")
    connection.endheaders()
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, text, dict(answer.headers)


@pytest.mark.parametrize(
    "path", ["/", "/index.html", "/index.html?q=a#b", "/chapters/", "/chapters/bare/page.html"]
)
def test_pages_are_served_with_headers_that_keep_them_to_themselves(port: int, path: str) -> None:
    for host in (f"127.0.0.1:{port}", f"localhost:{port}"):
        status, text, headers = asked(port, path, host)
        assert status == 200
        assert text.startswith("what stands in ")
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == "no-store"
        assert "default-src 'self'" in headers["Content-Security-Policy"]
    assert asked(port, path, method="HEAD")[:2] == (200, "")


@pytest.mark.parametrize(
    "path",
    [
        *(
            "/chapters/bare/",
            "/chapters/bare",
            "/.buildinfo",
            "/.git.html",
            "/chapters/../.buildinfo",
            "/%2ebuildinfo",
        ),
        *(
            "/link.txt",
            "/out/secret.txt",
            "/out/",
            "/../secret.txt",
            "/%2e%2e/secret.txt",
            "/nothing",
            "//secret.txt",
        ),
        "/index.html/",
    ],
)
def test_nothing_else_is(port: int, path: str) -> None:
    status, text, headers = asked(port, path)
    assert status == 404
    assert "secret" not in text.replace(path, "")
    assert "what stands in" not in text
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_a_path_that_cannot_be_one_is_a_bad_request(port: int) -> None:
    assert asked(port, "/%00")[0] == 400
    assert asked(port, "/index%00.html")[0] == 400
    assert asked(port, "http://[")[0] == 400
    assert asked(port, "/%ff%fe")[0] == 404
    assert asked(port, f"/{'a' * 300}")[0] == 404
    assert asked(port, "/a" * 5000)[0] == 404
    assert asked(port, "/")[0] == 200  # and the server is as well as before


PIECES = (
    *("/", "//", "[", "]", "%", "%00", "..", ":", "@", "#", "?", ";", " ", "\xff", "\u2100", "\\"),
    *("http://", "http://[", "file:", "index.html", "chapters", "link.txt", "out/secret.txt", "evil.org"),
)
LINES = st.sampled_from(
    ["X: y\r\n", "Range: bytes=0-\r\n", "If-Modified-Since: \xff\r\n", "Host: \r\n", ":\r\n", "\0"]
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(path=st.lists(st.sampled_from(PIECES), max_size=6).map("".join), lines=st.lists(LINES, max_size=2))
@example(path="http://[", lines=[])
def test_no_request_troubles_the_server_or_leads_elsewhere(
    port: int, capfd: pytest.CaptureFixture[str], path: str, lines: list[str]
) -> None:
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{''.join(lines)}\r\n"
    with socket.create_connection(("127.0.0.1", port)) as reader:
        reader.sendall(request.encode())
        reader.shutdown(socket.SHUT_WR)
        answer = b"".join(iter(lambda: reader.recv(2**16), b""))
    assert answer
    assert b"secret" not in answer
    assert b"what stands in ." not in answer
    assert not re.search(rb"Location: (?!/\w)", answer)
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize(
    "host", ["example.org", "127.0.0.1", "localhost:1", "evil.org:{port}", "127.0.0.1.evil.org:{port}"]
)
def test_whoever_asks_for_another_host_gets_nothing(port: int, host: str) -> None:
    status, text, _ = asked(port, "/", host.format(port=port))
    assert status == 421
    assert "what stands in" not in text


@pytest.mark.parametrize("number", [99999, 65536, -1])
def test_a_port_that_is_none_is_told(tmp_path: Path, number: int) -> None:
    (tmp_path / "index.html").touch()
    with pytest.raises(BuzanError, match=f"port {number} is none; allowed: 1 to 65535"):
        server(tmp_path, number)


def test_a_port_that_is_taken_is_told(tmp_path: Path, port: int) -> None:
    with pytest.raises(BuzanError, match=f"port {port} cannot be used"):
        server(tmp_path / "html", port)


def test_a_reader_who_goes_away_is_no_fault(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "index.html").write_bytes(
        bytes(30_000_000)
    )  # more than the system takes in before it is read
    with server(tmp_path) as book:
        book.daemon_threads = False  # so that all have ended when the server has
        threading.Thread(target=book.serve_forever, daemon=True).start()
        with socket.create_connection(("127.0.0.1", book.server_port)) as reader:
            reader.sendall(f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{book.server_port}\r\n\r\n".encode())
            assert reader.recv(1) == b"H"
        book.shutdown()
    assert capfd.readouterr() == ("", "")
