from xml.etree import ElementTree

from triaged.channels.common.telephone.twiml import HANG_UP, gather, message, response, say

HOSTILE = "</Say><Dial>+1900</Dial> & \"x' <"


def test_text_of_strangers_is_text() -> None:
    made = response(message(HOSTILE), say(HOSTILE, "en-US"), HANG_UP)

    root = ElementTree.fromstring(made)
    assert [(each.tag, each.text) for each in root] == [
        ("Message", HOSTILE),
        ("Say", HOSTILE),
        ("Hangup", None),
    ]


def test_key_is_waited_for_while_the_page_is_said() -> None:
    made = response(gather('https://x.example/?a=1&b="2"', 10, say("Hello", "en-GB")))

    (found,) = ElementTree.fromstring(made)
    assert found.attrib == {
        "input": "dtmf",
        "numDigits": "1",
        "timeout": "10",
        "finishOnKey": "",
        "actionOnEmptyResult": "true",
        "method": "POST",
        "action": 'https://x.example/?a=1&b="2"',
    }
    assert [(each.tag, each.text) for each in found] == [("Say", "Hello")]
