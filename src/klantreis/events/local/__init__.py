"""An event log on this machine: columns in memory or mapped from files, and a file for each question asked of them."""
