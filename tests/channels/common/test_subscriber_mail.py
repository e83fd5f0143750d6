from email import message_from_bytes
from email.policy import default

from msgspec.structs import replace

from triaged.channels.common.subscriber_mail import ATTEMPT_S, SubscriberMail, subscriber_mail
from triaged.channels.email import Settings

SETTINGS = Settings(smtp="smtp://127.0.0.1:25", sender="triaged@example.org")
LINK = "https://triaged.example.org/status/u/" + "t" * 60
MAIL = SubscriberMail(
    id="subscriber/post1/ann/1",
    to="ann@example.org",
    subject="[Larkspur status] Investigating: Käse",
    text="Investigating: Käse\n",
    sender="status@example.org",
    page_name="Larkspur status",
    page_url="https://status.larkspur.example",
    unsubscribe=LINK,
    subscriber="ann",
    thread="t1",
)


def test_a_mail_client_can_leave_by_one_click() -> None:
    mail = subscriber_mail(MAIL, SETTINGS, 0)
    read = message_from_bytes(mail.message, policy=default)

    assert read["List-Unsubscribe"] == (
        f"<{LINK}>, <mailto:status@example.org?subject=unsubscribe%20ann>"
    )
    assert read["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert read["List-Id"] == "<status.status.larkspur.example>"
    assert (read["Auto-Submitted"], read["Precedence"]) == ("auto-generated", "bulk")
    assert "Feedback-ID" not in read


def test_a_mail_goes_to_one_address_and_says_from_whom() -> None:
    mail = subscriber_mail(MAIL, SETTINGS, 0)
    read = message_from_bytes(mail.message, policy=default)

    assert (mail.sender, mail.recipients) == ("status@example.org", ("ann@example.org",))
    assert (read["From"], read["To"]) == ("Larkspur status <status@example.org>", "ann@example.org")
    assert read["Subject"] == "[Larkspur status] Investigating: Käse"
    assert read.get_content().splitlines() == ["Investigating: Käse"]
    assert mail.timeout_s == ATTEMPT_S


def test_mails_of_one_incident_are_one_thread_and_an_attempt_has_one_identity() -> None:
    first = subscriber_mail(MAIL, SETTINGS, 0).message
    again = subscriber_mail(MAIL, SETTINGS, 5_000_000).message
    other = subscriber_mail(replace(MAIL, id="x"), SETTINGS, 0).message

    read = [message_from_bytes(one, policy=default) for one in (first, again, other)]
    assert read[0]["Message-ID"] == read[1]["Message-ID"] != read[2]["Message-ID"]
    assert {one["References"] for one in read} == {"<t1@example.org>"}


def test_a_transactional_mail_has_no_way_to_unsubscribe() -> None:
    mail = subscriber_mail(replace(MAIL, unsubscribe="", thread="", sender=""), SETTINGS, 0)
    read = message_from_bytes(mail.message, policy=default)

    assert not {"List-Unsubscribe", "List-Unsubscribe-Post", "List-Id", "References"} & set(read)
    assert mail.sender == "triaged@example.org"
