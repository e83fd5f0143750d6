"""`triaged test`: unit tests of rules, read, played and compared; incidents exported as tests."""
