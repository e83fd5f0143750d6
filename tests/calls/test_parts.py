"""Where an incident is found that a call does not name."""

from pathlib import Path

from tests.calls.desk import REF, ours, paged
from triaged.calls.parts import incident_of, of_ref, of_room, open_incidents
from triaged.core.records.model import State


async def test_incident_by_message_and_by_number(tmp_path: Path) -> None:
    async with paged(tmp_path) as (w, parts):
        async with w.database.reading() as tx:
            assert await of_ref(tx, "slack", REF) == 1
            assert await of_ref(tx, "other", REF) is None
            assert await of_ref(tx, "slack", "") is None
            assert await of_room(tx, ours(), "C77") is None
            assert [one.number for one in await open_incidents(tx, State.OPEN)] == [1]
        assert await incident_of(parts, 9) is None
