"""Orders of the gallery and words on the map, without a browser."""

from __future__ import annotations

from pathlib import Path

import pytest
from programs import FindProgram
from viewer_modules import run_with_viewer

pytestmark = pytest.mark.slow


def test_all_records_count_in_an_order(find_program: FindProgram, tmp_path: Path) -> None:
    assert run_with_viewer(find_program, tmp_path, "gallery/order.ts", "orders.cjs") == "done"


def test_words_stay_within_the_window(find_program: FindProgram, tmp_path: Path) -> None:
    assert run_with_viewer(find_program, tmp_path, "annotate/words.ts", "words.cjs") == "done"
