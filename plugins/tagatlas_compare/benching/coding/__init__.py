"""One's own coding: as what is known of images, and backends judged by it code by code."""
