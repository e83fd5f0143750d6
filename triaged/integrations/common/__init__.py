"""What several kinds of integration share: HTTP with JSON, the text of issues, signatures."""
