"""Publications and patents: the export formats of databases."""
