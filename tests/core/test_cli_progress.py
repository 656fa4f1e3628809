"""Progress where there is no terminal, and what a command says at its end."""

from __future__ import annotations

from pathlib import Path

import pytest

from tagatlas.cli.outcome import Outcome
from tagatlas.cli.outcomes import with_view
from tagatlas.cli.terminal import _PlainProgress
from tagatlas.plugins import Plugins, load_plugins


class Clock:
    """Seconds that a test lets pass."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_the_time_left_does_not_count_what_came_before_the_first_step(
    capsys: pytest.CaptureFixture[str],
) -> None:
    clock = Clock()
    progress = _PlainProgress("mapping", clock)
    clock.now = 7.5  # compiling
    progress(5, 500)
    assert "left" not in capsys.readouterr().err
    clock.now = 13.5
    progress(65, 500)
    assert "65 of 500" in (said := capsys.readouterr().err)
    assert "44 s left" in said  # at ten a second
    clock.now = 57.0
    progress(500, 500)
    assert "left" not in capsys.readouterr().err


def test_a_map_that_can_be_explored_says_how() -> None:
    lines = with_view(Outcome({}, ["rendered"]), Path("my maps/a.atlas"), load_plugins()).lines
    assert lines == ["rendered", "explore: tagatlas view 'my maps/a.atlas'"]
    assert with_view(Outcome({}, ["rendered"]), Path("a"), Plugins(())).lines == ["rendered"]
