"""TwiML, the language that tells Twilio what to do: https://www.twilio.com/docs/voice/twiml."""

from html import escape

CONTENT_TYPE = "text/xml"
NOTHING = b'<?xml version="1.0" encoding="UTF-8"?><Response/>'


def response(*verbs: str) -> bytes:
    """The document of these verbs."""
    inner = "".join(verbs)
    return f'<?xml version="1.0" encoding="UTF-8"?><Response>{inner}</Response>'.encode()


def message(text: str) -> str:
    """The verb that answers an SMS."""
    return f"<Message>{escape(text)}</Message>"


def say(text: str, language: str) -> str:
    """The verb that speaks."""
    return f'<Say language="{escape(language)}">{escape(text)}</Say>'


def gather(action: str, wait_s: int, *verbs: str) -> str:
    """The verb that waits for one key while the others are carried out, and calls `action`."""
    inner = "".join(verbs)
    return (
        f'<Gather input="dtmf" numDigits="1" timeout="{wait_s}" finishOnKey="" '
        f'actionOnEmptyResult="true" method="POST" action="{escape(action)}">{inner}</Gather>'
    )


HANG_UP = "<Hangup/>"
