"""The nouns of the core as structs, without decisions.

`records/<noun>.py` holds the data of a noun (`storms`, `severity`, `silences`, `expectations`).
The module of the same name in `alerts`, `muting` or `response` decides about it.
"""
