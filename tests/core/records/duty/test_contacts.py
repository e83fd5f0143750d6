from triaged.core.records.duty.contacts import contact_id


def test_contacts_of_two_people_have_two_identities() -> None:
    assert contact_id("alice", "sms") == "alice/sms"
    assert contact_id("alice", "sms") != contact_id("bob", "sms")
