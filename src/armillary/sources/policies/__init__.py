"""Policy registers: tables, STIP Compass, lists of documents."""
