"""The incident about somebody whom no contact reached ends when a reload gives one."""

from pathlib import Path

from msgspec.structs import replace

from tests.api.site import Site, serving
from triaged.core.settings import Contact, ContactStep
from triaged.process.maintenance.contact_ends import ContactEnds


def job(site: Site) -> ContactEnds:
    """The job of a daemon that has just started."""
    context = site.context
    current = lambda: context.configuration  # noqa: E731 - as the daemon gives it
    return ContactEnds(context.engine, context.database, context.clock, current)


def give(site: Site, **contacts: Contact) -> None:
    """Alice has these contacts from now on."""
    configuration = site.context.configuration
    people = dict(configuration.settings.people)
    ways = tuple(ContactStep(name) for name in contacts)
    people["alice"] = replace(people["alice"], contacts=contacts, page=ways, notify=ways)
    settings = replace(configuration.settings, people=people)
    site.context.configuration = replace(configuration, settings=settings)
    site.context.engine.settings = settings


async def is_open(site: Site) -> bool:
    found = (await site.get("/api/v1/incidents?state=open"))["incidents"]
    return any(one["title"] == "no page can reach alice" for one in found)


async def test_a_new_contact_or_address_ends_it_once(tmp_path: Path) -> None:
    async with serving(tmp_path) as site:
        lost = {"reason": "telephone lost"}
        await site.post("/api/v1/people/alice/contacts/desk/off", lost)
        await job(site).once()
        assert await is_open(site), "nothing has changed"

        give(site, desk=Contact("console", "another address"))
        for daemon in (job(site), job(site)):
            await daemon.once()

        assert not await is_open(site)
