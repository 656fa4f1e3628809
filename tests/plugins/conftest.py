"""A real S3 API on loopback, for the stores that keep images in object stores."""

from __future__ import annotations

import re
import secrets
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest


@pytest.fixture(scope="session")
def s3() -> Iterator[str]:
    """A server that speaks S3, in a process of its own; its URL."""
    command = [sys.executable, "-u", "-m", "moto.server", "-H", "127.0.0.1", "-p", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        said = ""
        for line in process.stderr:
            said += line
            found = re.search(r"http://127\.0\.0\.1:\d+", line)
            if found:
                break
        else:
            raise AssertionError(f"the S3 server does not start: {said}")
        reader = threading.Thread(target=process.stderr.read)  # it says a line per request
        reader.start()
        try:
            yield found[0]
        finally:
            process.terminate()
            reader.join()


@pytest.fixture
def bucket(s3: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A new bucket's URL, reached with keys from the environment."""
    import fsspec

    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    name = f"bucket-{secrets.token_hex(4)}"
    fs = fsspec.filesystem("s3", endpoint_url=s3, skip_instance_cache=True)
    fs.mkdir(name)
    return f"s3://{name}/some/folder"
