"""The questions of a log, asked in SQL of the engine that keeps the events; only counts come back."""
