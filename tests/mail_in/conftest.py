import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.config.samples import configured
from tests.mail_in.post import REPLIES, REPORTS, Post
from tests.store.conftest import StillClock
from triaged.store.database.connect import open_database


@pytest.fixture
async def post(tmp_path: Path) -> AsyncIterator[Post]:
    mail_in = f"{{reports_to: {REPORTS}, replies_to: {REPLIES}}}"
    services = "{checkout: {}}"
    current = configured(tmp_path, mail_in=mail_in, services=services)
    database = await open_database(f"sqlite:{tmp_path / 'triaged.db'}", StillClock())
    made = Post(database, lambda: current)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(made.engine.run())
        made.port = int((await made.listener.open(("127.0.0.1", 0))).rpartition(":")[2])
        yield made
        await made.listener.close()
        await made.engine.stop()
    await database.close()
