"""Who somebody is whom a provider names: by the contacts in the configuration, and nothing else."""

from triaged.core.settings import Person, Settings


def person_of(settings: Settings, channel: str, account: str) -> Person | None:
    """The person whose account on a channel it is; None: nobody's, or that of several people."""
    found = {
        person.id: person
        for person in settings.people.values()
        for contact in person.contacts.values()
        if account and contact.channel == channel and contact.answers_as == account
    }
    return next(iter(found.values())) if len(found) == 1 else None


def contact_of(person: Person, channel: str, account: str) -> str:
    """The name of the person's contact with that account; empty: there is none."""
    for name, contact in person.contacts.items():
        if contact.channel == channel and contact.answers_as == account:
            return name
    return ""


def stranger_text(channel: str, account: str) -> str:
    """What somebody is told whom nobody knows."""
    return (
        "I do not know you, and have done nothing. Ask an administrator to add a contact to you"
        f" under `people`: channel: {channel}, to (or account): {account}"
    )
