"""What customers did, added up: who is alike, what leads to an outcome, who comes back, how long it takes."""
