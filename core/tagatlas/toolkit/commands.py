"""For commands of plugins; import the names from here, they are not in ``tagatlas.toolkit``.

A command parses, calls a function that is also available from Python, and returns an
:class:`Outcome`::

    def count_command(plugins):
        return Command(count, [ATLAS])

    def count(*, atlas):
        with open_atlas(atlas, write=False) as its_atlas:
            found = collection_images(its_atlas).height
        return Outcome({"images": found}, [f"{found:,} images"])

:class:`Command` adds ``--json`` and ``--debug``, prints the outcome, and reports errors of
:mod:`tagatlas.errors` in one line; its help is the function's docstring.
"""

from tagatlas.cli.arguments import ATLAS, MAP, OPEN, PATH, SOURCE
from tagatlas.cli.calling import open_in_browser
from tagatlas.cli.command import Argument, Command
from tagatlas.cli.fetched import by_status
from tagatlas.cli.outcome import FAILED, Outcome
from tagatlas.cli.terminal import progress_bar, say, shown

__all__ = [
    "ATLAS",
    "FAILED",
    "MAP",
    "OPEN",
    "PATH",
    "SOURCE",
    "Argument",
    "Command",
    "Outcome",
    "by_status",
    "open_in_browser",
    "progress_bar",
    "say",
    "shown",
]
