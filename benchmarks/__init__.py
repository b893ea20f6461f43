"""How fast the event log answers, beside other engines on the same generated events: ``python -m benchmarks``."""
