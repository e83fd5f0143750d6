"""Mails as senders write them."""

from email.message import EmailMessage


def mail(
    text: str = "I press the button and nothing happens.",
    subject: str = "Cannot pay",
    **fields: str,
) -> bytes:
    """A mail of a customer; `fields` with `_` for `-`."""
    message = EmailMessage()
    given = {"From": "Ann Brown <ann@customer.example>", "Message-ID": "<1@customer.example>"}
    given |= {name.replace("_", "-"): value for name, value in fields.items()}
    for name, value in {"Subject": subject, **given}.items():
        if value:
            message[name] = value
    message.set_content(text)
    return message.as_bytes()
