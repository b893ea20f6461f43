"""What a user can do: one verb a file; every face calls these."""
