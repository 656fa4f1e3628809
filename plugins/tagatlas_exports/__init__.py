"""Renderers of files for other programs, and of texts and pages about a map."""
