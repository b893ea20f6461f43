"""What it adds up to: one question a file, in rooms."""
