"""What people type as dates and numbers in the viewer, without a browser."""

from __future__ import annotations

from pathlib import Path

import pytest
from programs import FindProgram
from viewer_modules import run_with_viewer


@pytest.mark.slow
def test_dates_and_numbers_mean_what_people_write(
    find_program: FindProgram, tmp_path: Path
) -> None:
    checked = run_with_viewer(find_program, tmp_path, "find/parse.ts", "parse.cjs")
    assert isinstance(checked, int)
    assert checked > 900
