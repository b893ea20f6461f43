"""The pages: one file shows one page."""
