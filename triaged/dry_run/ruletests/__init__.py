"""`triaged test`: the unit tests of rules, read, played, compared; and incidents exported as tests."""
