"""Pages for people, made on the server; a module declares the routes of its page."""
