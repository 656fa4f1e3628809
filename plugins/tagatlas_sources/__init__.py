"""Sources: what reads an input into records."""
