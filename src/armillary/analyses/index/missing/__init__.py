"""Step 3 of the Handbook: what is missing, and what it leaves open."""
