"""A view's address: read as it was written, and nothing else does harm."""

from __future__ import annotations

from pathlib import Path

import pytest
from programs import FindProgram
from viewer_modules import run_with_viewer


@pytest.mark.slow
def test_addresses_are_read_as_they_were_written(find_program: FindProgram, tmp_path: Path) -> None:
    done = run_with_viewer(find_program, tmp_path, "address/address.ts", "addresses.cjs")
    assert done == {"rounds": 3000}
