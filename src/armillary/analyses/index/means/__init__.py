"""Step 6 of the Handbook, second half: parts become the score of a group."""
