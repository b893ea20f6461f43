"""Who: archetypes built on research, and the segments they stand for."""
