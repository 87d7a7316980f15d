"""The vocabulary: frozen structs and the table of columns; no I/O."""
