"""Values in, values out: every decision of triaged, without a clock, dice or I/O."""
