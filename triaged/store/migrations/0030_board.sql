-- Live incidents in the order of the console: the worst severity first, then the newest.
CREATE INDEX incidents_board ON incidents (severity, number DESC)
    WHERE state IN ('open', 'acknowledged');
