"""The store: Parquet tables under a DuckDB catalogue, or on Spark; it alone knows engines."""
