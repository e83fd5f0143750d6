"""SQLite and PostgreSQL behind one interface: connections, locks, migrations, copies."""
