"""Warnings of `triaged check` about rules that have no effect, or hardly the intended one."""
