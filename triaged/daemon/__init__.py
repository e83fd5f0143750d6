"""The one place that builds the parts and connects them: start, reload, stop."""
