"""Bring data in: files that others made, read into logs and studies."""
