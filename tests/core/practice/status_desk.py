"""A status page with two components, a SEV-1 on `checkout`, and short words for what people do."""

from itertools import count
from typing import Any, TypeVar

from tests.core.practice.world import COMMUNICATIONS, practised
from tests.core.world import MONDAY, World
from triaged.core.practice.status.public_page import PageRows, PublicPage, public_page
from triaged.core.records.answers import Answer, RowSaved
from triaged.core.records.events import Acknowledged
from triaged.core.records.practice.events import RoleAssigned
from triaged.core.records.practice.requests import Request
from triaged.core.records.practice.rows import PracticeRow
from triaged.core.records.practice.status import (
    Component,
    ComponentStatus,
    Mailing,
    Maintenance,
    Post,
    PostStatus,
    PublicIncident,
    Subscriber,
)
from triaged.core.records.practice.status_events import (
    MailingAdvanced,
    MaintenanceDue,
    PostDrafted,
    PostPublished,
    SubscriptionAsked,
    SubscriptionConfirmed,
    Wording,
)
from triaged.core.records.practice.status_settings import PageComponent, StatusPage
from triaged.core.settings import Service
from triaged.core.time.durations import MINUTE

PAGE = StatusPage(
    name="Larkspur status",
    url="https://status.larkspur.example",
    timezone="America/New_York",
    components=(
        PageComponent("checkout", "Checkout", services=("checkout",)),
        PageComponent("search", "Search", services=("search",)),
    ),
    channel="mail",
)
BODY = (
    "We are investigating reports of checkout failures. Some customers\n"
    "may experience errors when completing purchases. Our team is\n"
    "actively working on a resolution."
)
OUT, PARTLY, UP = (
    ComponentStatus.MAJOR_OUTAGE,
    ComponentStatus.PARTIAL_OUTAGE,
    ComponentStatus.OPERATIONAL,
)


Kind = TypeVar("Kind", bound=PracticeRow)


class Desk(World):
    """Carol leads the communication; nothing is public yet."""

    def __init__(
        self, page: StatusPage | None = PAGE, severity: str = "SEV-1", start: int = MONDAY
    ) -> None:
        services = {name: Service(name) for name in ("checkout", "search")}
        super().__init__(practised(status_page=page, services=services), start=start)
        self.ids = count(1)
        self.fires(severity=severity, service="checkout")
        self.run_until(self.now + MINUTE)

    def lead(self, person: str = "carol") -> None:
        """Have somebody lead the communication of the incident."""
        self.handle(Acknowledged(1, "alice"))
        self.handle(RoleAssigned(1, "alice", COMMUNICATIONS, person))

    def draft(self, thread: str = "thread1", number: int | None = 1, **wording: Any) -> Answer:
        """Write a post; the answer has its identity."""
        said: dict[str, Any] = {"title": "Checkout Issues", "body": BODY}
        said |= {"next_update_at": self.now + 30 * MINUTE}
        event = PostDrafted(
            by="carol",
            new_id=f"post{next(self.ids)}",
            wording=Wording(**{**said, **wording}),
            thread=thread,
            number=number,
        )
        return self.handle(event)

    def publish(self, answer: Answer, by: str = "carol") -> Answer:
        """Publish the draft that an answer names."""
        assert isinstance(answer, RowSaved), answer
        post = self.row(Post, answer.id)
        return self.handle(PostPublished(by, post.id, post.thread, post.incident))

    def posts(self, status: PostStatus = PostStatus.INVESTIGATING, **more: Any) -> Answer:
        """Write and publish a post."""
        ended = status is PostStatus.RESOLVED
        said: dict[str, Any] = {"next_update_at": None} if ended else {}
        return self.publish(self.draft(status=status, **{**said, **more}))

    def row(self, kind: type[Kind], identity: str) -> Kind:
        """A row that is there."""
        found = self.view.row(kind, identity)
        assert found is not None, (kind, identity)
        return found

    def status(self, key: str = "checkout") -> ComponentStatus:
        """How a component is."""
        found = self.view.row(Component, key)
        return UP if found is None or found.now is None else found.now.status

    def page(self) -> PublicPage:
        """What the public sees now."""
        page = self.settings.status_page
        assert page is not None
        rows = PageRows(
            components=self.every(Component),
            incidents=self.every(PublicIncident),
            maintenance=self.every(Maintenance),
            posts=self.every(Post),
        )
        return public_page(page, rows, self.now)

    def every(self, kind: type[Kind]) -> dict[str, Kind]:
        """All rows of a kind, by identity."""
        found: dict[str, Kind] = {}
        for number in (None, 0, *self.view.incidents):
            found |= {row.id: row for row in self.view.rows_of(kind, number)}
        return found

    def clock_strikes(self) -> None:
        """Do what the clock says for maintenance."""
        for row in self.every(Maintenance).values():
            if row.due_at is not None and row.due_at <= self.now:
                self.handle(MaintenanceDue(row.id, row.due_at))

    def subscribe(self, name: str, **more: object) -> None:
        """Somebody subscribes and confirms."""
        self.asks(name, **more)
        self.handle(SubscriptionConfirmed(name))

    def asks(self, name: str, **more: object) -> Answer:
        """Somebody asks for mails to an address."""
        address, domain = f"{name}@example.org", "example.org"
        event = SubscriptionAsked(name, address, domain, f"digest-{name}", **more)  # type: ignore[arg-type]  # named by tests
        return self.handle(event)

    def mails(self, at_once: int = 2) -> list[tuple[str, str]]:
        """Carry all mailings on; (subscriber, post or reminder) of every request, in order."""
        for mailing in self.every(Mailing).values():
            while (row := self.row(Mailing, mailing.id)).ended_at is None:
                known = sorted(self.every(Subscriber))
                ids = [one for one in known if one > row.after][:at_once]
                last = len(ids) < at_once
                self.handle(
                    MailingAdvanced(row.id, row.thread, row.post, row.after, tuple(ids), last)
                )
        return self.requests("subscriber.mail")

    def requests(self, kind: str) -> list[tuple[str, str]]:
        """(subscriber, post) of the requests of a kind."""
        found = [row for row in self.every(Request).values() if row.kind == kind]
        return sorted((str(row.body["subscriber"]), str(row.body.get("post", ""))) for row in found)
