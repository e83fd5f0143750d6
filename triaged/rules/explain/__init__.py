"""Explanations of the outcome of the rules for an alert, and their JSON."""
