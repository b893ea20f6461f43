"""Show it: one table of the map feeds every medium."""
