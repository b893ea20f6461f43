"""Weak spots of a workspace, as rules, and how much of a map rests on evidence."""
