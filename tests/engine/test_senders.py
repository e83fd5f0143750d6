from triaged.core.records.model import Alert
from triaged.engine.senders import SENDERS_MAX, Senders


def alert(sender: str, source: str = "prometheus") -> Alert:
    return Alert(source, "f", firing=True, labels={}, annotations={}, sender=sender)


def test_senders_are_told_apart() -> None:
    senders = Senders()

    assert senders.known(alert("paris")).sender == "paris"
    assert senders.known(alert("oslo")).sender == "oslo"


def test_a_source_has_a_bounded_number_of_senders_and_the_rest_is_one() -> None:
    senders = Senders()
    for number in range(SENDERS_MAX):
        senders.known(alert(f"sender-{number}"))

    assert senders.known(alert("one more")).sender == ""
    assert senders.known(alert("sender-0")).sender == "sender-0"
    assert senders.known(alert("one more", "another")).sender == "one more"
