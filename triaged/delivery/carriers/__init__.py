"""Ways out of the process: HTTP, SMTP, programs, relays, the console; sockets, TLS, the guard."""
