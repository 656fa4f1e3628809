"""What commands of plugins are made of; import the names from here, ``tagatlas.toolkit`` has none.

A command parses, calls a function that Python users have too, and gives an :class:`Outcome`::

    def count_command(plugins):
        def run(*, atlas, **options):
            \"""Count the images.\"""
            found = count(atlas)
            return Outcome({"images": found}, [f"{found:,} images"])

        return Command(run, [ATLAS])

:class:`Command` adds ``--json`` and ``--debug``, prints the outcome, and says errors of
:mod:`tagatlas.errors` in one line.
"""

from tagatlas.cli.arguments import ATLAS, MAP, OPEN, PATH, SOURCE
from tagatlas.cli.calling import open_in_browser
from tagatlas.cli.command import Argument, Command
from tagatlas.cli.outcome import FAILED, Outcome
from tagatlas.cli.terminal import progress_bar, say, shown
from tagatlas.option_names import Owner
from tagatlas.step_options import step_names
from tagatlas.steps.opened import AtlasLike, opened, select, several

__all__ = [
    "ATLAS",
    "FAILED",
    "MAP",
    "OPEN",
    "PATH",
    "SOURCE",
    "Argument",
    "AtlasLike",
    "Command",
    "Outcome",
    "Owner",
    "open_in_browser",
    "opened",
    "progress_bar",
    "say",
    "select",
    "several",
    "shown",
    "step_names",
]
