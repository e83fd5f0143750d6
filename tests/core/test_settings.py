import pytest

from triaged.core.settings import Contact


@pytest.mark.parametrize(
    ("contact", "account"),
    [
        (Contact("sms", "+4915112345678"), "+4915112345678"),
        (Contact("chat", "a-room", "U1"), "U1"),
        (Contact("desk"), ""),
    ],
)
def test_person_answers_as_the_account_of_a_contact(contact: Contact, account: str) -> None:
    assert contact.answers_as == account
