"""The HTTP interface: a module per resource declares its routes and is found by the folder.

Resources do not import one another; what several share is in a module with an underscore.
"""
