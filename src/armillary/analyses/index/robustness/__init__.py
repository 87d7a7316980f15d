"""Step 7 of the Handbook: how far ranks may be trusted, and where doubt comes from."""
