-- Live incidents of a service in the order in which they are listed beside another one.
CREATE INDEX incidents_of_service ON incidents (service, severity, number DESC)
    WHERE state IN ('open', 'acknowledged') AND service <> '';
