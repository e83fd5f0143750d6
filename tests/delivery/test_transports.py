import io

from tests.channels.notices import NOW
from tests.delivery.clocks import HandClock
from tests.delivery.servers import scripted, silence
from triaged.channels import HttpRequest, Line, Mail, NoAnswer, Written
from triaged.delivery.transports import Transports


async def test_each_kind_of_message_has_its_way() -> None:
    stream = io.StringIO()
    transports = Transports(HandClock(NOW), stream)
    async with scripted(silence) as server:
        port = server.port

    written = await transports.send(Line("SEV-1\n"))
    posted = await transports.send(HttpRequest("POST", f"http://127.0.0.1:{port}", {}, b""))
    mailed = await transports.send(Mail("127.0.0.1", port, "a@b.example", ("c@d.example",), b""))
    await transports.close()

    assert (written, stream.getvalue()) == (Written(), "SEV-1\n")
    assert isinstance(posted, NoAnswer)
    assert isinstance(mailed, NoAnswer)
