"""Inner loops over the events: a file beside each question of ``local``, and how they become machine code and run."""
