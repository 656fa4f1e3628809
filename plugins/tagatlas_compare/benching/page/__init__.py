"""The pages and tables of a benchmark, made from documents of results."""
