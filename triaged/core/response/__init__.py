"""How an incident gets its answer: escalation, pages and their delivery, deadlines, storms."""
