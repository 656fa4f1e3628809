"""What functions on an atlas are made of: it is opened, and their options are looked up.

Import the names from here; ``tagatlas.toolkit`` has none of them. A function that takes what
:func:`tagatlas.map` takes, and the command that calls it, with options of their own::

    OPTIONS = Owner("count", CountOptions, heading="Counting")

    def count(atlas, **options):
        with opened(atlas) as its_atlas:
            chosen = select(its_atlas, options, further=[OPTIONS]).options("count", CountOptions)
            ...

    def count_command(plugins):
        return Command(run, [ATLAS], step_names(plugins, further=[OPTIONS]))
"""

from tagatlas.option_names import Owner
from tagatlas.step_options import step_names
from tagatlas.steps.opened import AtlasLike, opened, select, several

__all__ = ["AtlasLike", "Owner", "opened", "select", "several", "step_names"]
