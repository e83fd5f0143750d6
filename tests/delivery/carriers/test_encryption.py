from msgspec.structs import replace
from structlog.testing import capture_logs

from tests.channels.notices import NOW
from tests.delivery.clocks import HandClock
from triaged.channels import Mail
from triaged.core.time.durations import HOUR
from triaged.delivery.carriers.encryption import Encryption, Ladder

MAIL = Mail("mail.example.org", 25, "a@example.org", ("b@example.org",), b"")


async def test_what_did_not_work_is_not_tried_for_a_while() -> None:
    clock = HandClock(NOW)
    ladder = Ladder(clock, HOUR)

    ladder.step_down(MAIL, Encryption.UNVERIFIED, "self-signed")

    other = replace(MAIL, host="other.example.org")
    assert (ladder.best(MAIL), ladder.best(other)) == (Encryption.UNVERIFIED, Encryption.VERIFIED)
    await clock.pass_us(HOUR)
    assert ladder.best(MAIL) is Encryption.VERIFIED


def test_encryption_that_is_required_stays_verified() -> None:
    ladder = Ladder(HandClock(NOW), HOUR)

    ladder.step_down(MAIL, Encryption.CLEAR, "no TLS")

    assert ladder.best(replace(MAIL, starttls="required")) is Encryption.VERIFIED
    assert ladder.best(replace(MAIL, tls=True)) is Encryption.VERIFIED


def test_each_step_down_is_warned_of_once() -> None:
    ladder = Ladder(HandClock(NOW), HOUR)

    with capture_logs() as logs:
        for worse in (Encryption.UNVERIFIED, Encryption.UNVERIFIED, Encryption.CLEAR):
            ladder.step_down(MAIL, worse, "no")

    assert [line["mail"] for line in logs] == ["encrypted but not verified", "not encrypted"]
