"""Step 5 of the Handbook: values of any unit become scores."""
