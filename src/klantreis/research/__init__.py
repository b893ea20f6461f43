"""What customers said, and what may be claimed because of it."""
