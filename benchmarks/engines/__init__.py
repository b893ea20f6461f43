"""One file an engine; each runs in an environment of its own, and they have the same function names."""
