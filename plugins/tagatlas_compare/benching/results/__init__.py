"""Results: their document, the folder that keeps them, tables, methods, joining."""
