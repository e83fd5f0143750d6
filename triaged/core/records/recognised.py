"""Labels of ours, for what alerts say in other places than their labels."""

TEST = "test_message"
"""The label of a message that somebody sent to try a source: its value is the sender's program."""

STATE_REASON = "grafana_state_reason"
"""The annotation in which Grafana says why it fires though it has seen nothing, and the label of
that name which rules match."""
