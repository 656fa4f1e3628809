"""What the pages of ``compare`` and ``bench`` share: elements, shades, strips, their style.

The pages are single files without scripts and requests. Their Content Security Policy allows no
inline style, so that shades are classes, and strips are SVG placed in per cent, which keeps its
lettering, being the page's own, legible at any width.
"""
