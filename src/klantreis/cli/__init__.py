"""The terminal: each command a thin shell over one use case."""
