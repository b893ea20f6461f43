"""The map: how one persona gets one job done, and how that lies beside what customers did."""
