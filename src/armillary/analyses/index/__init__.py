"""Composite indicators, in the order of the OECD/JRC Handbook."""
