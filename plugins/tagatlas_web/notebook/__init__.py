"""Maps in Jupyter, VS Code and marimo. Needs the extra ``notebook``."""

from tagatlas_web.notebook.widget import ViewerWidget

__all__ = ["ViewerWidget"]
