import msgspec
import pytest
from msgspec.structs import replace

from tests.channels.notices import ALICE, INCIDENT, MINUTE, NOW, PAGE, PUBLIC_URL, UPDATE, notice
from tests.core.world import settings
from tests.delivery.world import Configured
from triaged.access.action_links import parse
from triaged.access.buttons import act_of
from triaged.access.reply_addresses import replied
from triaged.channels import HttpRequest, Mail, Message, Notice, email, webhook
from triaged.core.oncall.confirming import CONFIRM
from triaged.core.records.answers import Send
from triaged.core.records.events import Refused, TryAgain
from triaged.core.records.model import Recipient
from triaged.core.settings import Contact
from triaged.delivery.render import Telling, message_for, notice_of, render
from triaged.wire import Secret

KEY = Secret("key")
SETTINGS = settings(people={"alice": ALICE}, public_url=PUBLIC_URL, timezone="Asia/Tokyo")
HOOK = Configured("hook", "webhook", webhook.Settings("https://hooks.example.org/x"))
MAIL = Configured(
    "mail", "email", email.Settings(smtp="smtp://127.0.0.1", sender="triaged@example.org")
)


def sent(**people: object) -> Message | Refused | TryAgain:
    return message_for(
        Send(PAGE, INCIDENT), MAIL, Telling(replace(SETTINGS, people=people), KEY), NOW
    )


def test_page_reads_the_contact_as_it_is_now() -> None:
    moved = replace(ALICE, contacts={"mail": Contact("mail", "new@example.org")})

    message = sent(alice=moved)

    assert isinstance(message, Mail)
    assert message.recipients == ("new@example.org",)


@pytest.mark.parametrize(
    "people",
    [{"bob": ALICE}, {"alice": replace(ALICE, contacts={})}],
    ids=["person", "contact"],
)
def test_contact_that_is_gone_is_refused(people: dict[str, object]) -> None:
    message = sent(**people)

    assert message == Refused("alice/mail is no longer a contact")


def test_contact_that_is_on_another_channel_is_tried_again_there() -> None:
    message = sent(alice=replace(ALICE, contacts={"mail": Contact("hook", "alice@example.org")}))

    assert message == TryAgain("alice/mail is no longer a contact on channel mail")


def test_times_are_those_of_the_reader_or_of_the_configuration() -> None:
    to_channel = replace(PAGE, recipient=Recipient("", "mail"))

    to_alice = notice_of(Send(PAGE, INCIDENT), Telling(SETTINGS, KEY), NOW)
    to_nobody = notice_of(Send(to_channel, INCIDENT), Telling(SETTINGS, KEY), NOW)

    assert isinstance(to_alice, Notice)
    assert isinstance(to_nobody, Notice)
    assert (to_alice.timezone, to_nobody.timezone) == ("Europe/Berlin", "Asia/Tokyo")
    assert "Respond by 19:04 JST" in to_nobody.text(NOW)


def test_link_in_a_page_acts_for_its_reader() -> None:
    page = notice_of(Send(PAGE, INCIDENT), Telling(SETTINGS, KEY), NOW)

    assert isinstance(page, Notice)
    assert page.acknowledge_url is not None
    link = parse(page.acknowledge_url.removeprefix(f"{PUBLIC_URL}/act/"), KEY, NOW + 4 * MINUTE)
    assert link is not None
    assert (link.incident, link.person) == (12, "alice")


def test_reply_to_a_page_acts_for_its_reader_where_replies_are_read() -> None:
    reads = Telling(replace(SETTINGS, replies_to="triaged@example.org"), KEY)
    to_channel = replace(PAGE, recipient=Recipient("", "mail"))

    page = notice_of(Send(PAGE, INCIDENT), reads, NOW)
    others = [
        notice_of(Send(PAGE, INCIDENT), Telling(SETTINGS, KEY), NOW),
        notice_of(Send(UPDATE, INCIDENT), reads, NOW),
        notice_of(Send(to_channel, INCIDENT), reads, NOW),
    ]

    assert isinstance(page, Notice)
    found = replied(page.reply_to.partition("+")[2].partition("@")[0], ["alice"], KEY, NOW)
    assert found is not None
    assert (found.incident, found.person) == (12, "alice")
    assert [each.reply_to for each in others if isinstance(each, Notice)] == ["", "", ""]


def test_test_and_code_have_a_button_that_confirms_the_contact() -> None:
    code = replace(UPDATE, target=f"{CONFIRM}1")
    messages = [replace(PAGE, test=True), code, PAGE, UPDATE]

    found = [notice_of(Send(each, INCIDENT), Telling(SETTINGS, KEY), NOW) for each in messages]

    verbs = [[one.verb for one in each.buttons] for each in found if isinstance(each, Notice)]
    assert verbs == [["verify"], ["verify"], ["acknowledge", "escalate", "resolve"], []]
    first = found[0]
    assert isinstance(first, Notice)
    act = act_of(first.buttons[0].value, KEY)
    assert act is not None
    assert act.verb == "verify"


def test_update_has_no_link() -> None:
    update = notice_of(Send(UPDATE, INCIDENT), Telling(SETTINGS, KEY), NOW)

    assert isinstance(update, Notice)
    assert update.acknowledge_url is None


def test_page_that_cannot_be_rendered_goes_out_plain() -> None:
    broken = notice(title="\ud800 half a character", labels={"a": "\ud800"})

    message = render(broken, HOOK, NOW)

    assert isinstance(message, HttpRequest)
    body = msgspec.json.decode(message.body)
    assert body["subject"] == "SEV-1 INC-12"
    assert "triaged incident ack INC-12" in body["text"]
    assert body["acknowledge_url"] == f"{PUBLIC_URL}/act/token"
    assert (body["incident"]["id"], body["incident"]["shortened"]) == ("INC-12", True)


def test_page_for_which_there_is_no_address_is_refused() -> None:
    message = sent(alice=replace(ALICE, contacts={"mail": Contact("mail")}))

    assert isinstance(message, Refused)
    assert "alice/mail has no address" in message.error


def test_page_that_cannot_even_go_out_plain_is_refused() -> None:
    nonsense = Configured("mail", "email", object())

    message = render(notice(), nonsense, NOW)

    assert message == Refused("no message can be made: AttributeError")


def test_page_goes_out_with_less_when_its_facts_cannot_be_made() -> None:
    broken = replace(SETTINGS, exporters=None)

    page = notice_of(Send(PAGE, INCIDENT), Telling(broken, KEY), NOW)

    assert isinstance(page, Notice)
    assert page.text(NOW).startswith("SEV-1 checkout is down in c1 (INC-12)")
    assert "/act/" in page.text(NOW)
