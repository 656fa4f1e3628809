"""Writes the schema of the documents of ``tagatlas bench``, from the types that have it.

Usage: python scripts/bench_schema.py
"""

from __future__ import annotations

import json
from pathlib import Path

from tagatlas_compare.benching.results.document import document_schema

SCHEMA = Path(__file__).parents[1] / "plugins/tagatlas_compare/benching/results/bench.schema.json"

if __name__ == "__main__":
    SCHEMA.write_text(json.dumps(document_schema(), indent=2) + "\n", "utf-8")
