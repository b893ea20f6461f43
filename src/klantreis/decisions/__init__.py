"""What we choose to do about it."""
