"""The daemon as a process: supervised loops, systemd, listeners, logs, maintenance, disk space."""
