"""What differs between SQLite and PostgreSQL: connections, locks, migrations, copies."""
