"""triaged: from an alert to the person who answers it, on time, with nothing lost."""

__version__ = "0.1.0"
