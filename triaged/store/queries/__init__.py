"""Questions over several tables, for people and reports: they read, and decide nothing."""
