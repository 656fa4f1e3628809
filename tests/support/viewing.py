"""``tagatlas view`` as a separate process, and requests to it."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4


@dataclass(frozen=True)
class Answer:
    """The server's answer; ``headers`` in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, object]:
        content = json.loads(self.body)
        assert isinstance(content, dict)
        return content


@dataclass(frozen=True)
class Viewing:
    """A running server.

    Attributes:
        atlas: the folder of the atlas.
        url: of its page.
        said: its output until it was ready.
    """

    process: subprocess.Popen[str]
    atlas: Path
    url: str
    said: list[str]

    @property
    def port(self) -> int:
        return urlsplit(self.url).port or 0

    @property
    def root(self) -> str:
        """The path of the page, with the token."""
        return urlsplit(self.url).path

    def ask(
        self,
        path: str,
        method: str = "GET",
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        whole: bool = False,
    ) -> Answer:
        """Send a request.

        Args:
            path: below the page, or ``whole``.
            method: of the request.
            body: sent with a request.
            headers: in addition to those of every request; may include ``Host``.
            whole: send the path unchanged.
        """
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.putrequest(method, path if whole else self.root + path, skip_host=True)
            for name, value in ({"Host": f"127.0.0.1:{self.port}"} | dict(headers or {})).items():
                connection.putheader(name, value)
            if body is not None:
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body)
            answer = connection.getresponse()
            named = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, named, answer.read())
        finally:
            connection.close()

    def send(self, path: str, content: object, method: str = "PUT") -> Answer:
        """Send JSON."""
        kind = {"Content-Type": "application/json"}
        return self.ask(path, method, json.dumps(content).encode(), kind)

    def put(self, content: object, base: int = 0, id_: str | None = None) -> Answer:
        """Store an annotation on the map ``one``."""
        change = {"map": "one", "base": base, "content": content}
        return self.send(f"api/annotations/{id_ or uuid4()}", change)

    def told(self) -> dict[str, dict[str, Any]]:
        """The server's annotations of the map ``one``, by id."""
        changes = self.ask("api/annotations?map=one&since=0").json["changes"]
        assert isinstance(changes, list)
        return {change["id"]: change for change in changes}

    def contents(self) -> dict[str, object]:
        """The annotations on the map ``one``, by id; None for removed ones."""
        return {id_: change["content"] for id_, change in self.told().items()}

    def kill(self) -> None:
        """End it without a warning."""
        self.process.kill()
        self.process.wait()

    def interrupt(self) -> int:
        """End it like Ctrl-C; returns the exit status."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(timeout=30)


@contextmanager
def viewing(atlas: Path, *flags: str) -> Iterator[Viewing]:
    """A server of an atlas, during the block."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tagatlas", "view", atlas, "--no-open", *flags],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        env={**os.environ, "TAGATLAS_WIDTH": "400"},
    )
    said: list[str] = []
    with process:
        try:
            for line in process.stderr or ():
                said.append(line)
                if found := re.match(r"view: (http://\S+) ", line):
                    break
            else:
                raise AssertionError("".join(said))
            yield Viewing(process, atlas, found[1], said)
        finally:
            process.kill()
