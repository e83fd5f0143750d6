"""Rows: one SQL text for SQLite and PostgreSQL, a module per table. Nothing else speaks SQL."""
