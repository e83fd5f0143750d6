"""Decisions about alerts: episodes, grouping into incidents, severity, expectations."""
