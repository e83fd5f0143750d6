"""YAML files as typed Structs: positions, values, schemas, docstrings, and YAML written back."""
