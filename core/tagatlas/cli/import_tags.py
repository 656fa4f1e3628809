"""``tagatlas import-tags``."""

from __future__ import annotations

from pathlib import Path

from tagatlas.cli.arguments import ATLAS, PATH
from tagatlas.cli.calling import plugins_at_hand
from tagatlas.cli.command import Argument, Command
from tagatlas.cli.outcome import Outcome
from tagatlas.cli.outcomes import outcome_of_importing
from tagatlas.imports.options import ImportOptions
from tagatlas.option_names import Owner
from tagatlas.step_options import step_names

FILE = Argument("file", "FILE", "The file of tags.", type=PATH)


def command() -> Command:
    """The command."""
    plugins = plugins_at_hand()

    def run(*, atlas: Path, file: Path, **options: object) -> Outcome:
        """Read tags that another program made: dd-image-tagging, Memespector, any table."""
        from tagatlas.steps.import_tags import import_tags
        from tagatlas.steps.opened import opened

        with opened(atlas, plugins) as its_atlas:
            return outcome_of_importing(import_tags(its_atlas, file, **options))

    further = [Owner("import", ImportOptions, heading="Import")]
    return Command(run, [ATLAS, FILE], step_names(plugins, further=further))
