"""Step 4 of the Handbook: outliers and skewed indicators."""
