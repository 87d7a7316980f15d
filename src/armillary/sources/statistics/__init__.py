"""Statistical tables: spreadsheets, yearbooks, bulletins, SDMX."""
