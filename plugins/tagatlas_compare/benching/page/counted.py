"""How many images a task has, how many of them are measured on, and what was left out."""

from __future__ import annotations

from tagatlas.toolkit import count
from tagatlas_compare.benching.coding.truth import BY_A_NAME
from tagatlas_compare.benching.results.document import Results, Task


def counted(results: Results) -> str:
    """``48 images``; ``48 images (figures are of the 32 that have a label)`` where some do not."""
    measured = [figure.images for row in results.entrants for figure in row.figures.values()]
    labelled, images = max(measured, default=0), results.task.images
    said = count(images, "image")
    if not 0 < labelled < images:
        return said
    return f"{said} (figures are of the {labelled:,} that have a label)"


def left_out(task: Task) -> str:
    """``3 without a label; 2 names in the coding that no image has``; empty if nothing was."""
    return "; ".join(
        f"{count(number, 'name')} in the coding that {reason.removeprefix(BY_A_NAME)}"
        if reason.startswith(BY_A_NAME)
        else f"{number:,} {reason}"
        for reason, number in task.left_out.items()
    )
