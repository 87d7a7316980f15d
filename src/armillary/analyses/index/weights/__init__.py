"""Step 6 of the Handbook, first half: where weights come from."""
