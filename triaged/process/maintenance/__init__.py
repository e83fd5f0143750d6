"""Jobs that are done now and then: one module each, each in a loop of its own (`jobs`)."""
