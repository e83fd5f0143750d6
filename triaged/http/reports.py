"""What the API and the form of customers' reports share."""

UNSEEN_MAX = 500
"""Reports that nobody has looked at: more say no more, and somebody has been paged long before."""

DIGITS = 12
"""Of a random identity: 48 bits tell all reports apart, and can be read out on the phone."""


def report_id(identity: str) -> str:
    """`REP-5f2e8a91c0d4`: the identity of a report, from a random one."""
    return f"REP-{identity.replace('-', '')[:DIGITS]}"
