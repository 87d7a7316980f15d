"""Analyses: plain functions from tables to tables; no files, no engine, no page."""
