"""Writing files and folders atomically: a reader sees the old one or the new one, never a part."""

from tagatlas_rendering.files import new_folder, replace_folder, write_atomically

__all__ = ["new_folder", "replace_folder", "write_atomically"]
