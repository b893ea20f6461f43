"""What customers did: events, patterns over them, and the questions a log of them answers."""
