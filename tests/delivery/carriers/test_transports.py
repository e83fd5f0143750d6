import io

from tests.channels.notices import NOW
from tests.delivery.clocks import HandClock
from tests.delivery.servers import scripted, silence
from triaged.channels import Ended, HttpRequest, Line, Mail, NoAnswer, Program, Relayed, Written
from triaged.delivery.carriers.transports import Transports
from triaged.wire import Secret


async def test_each_kind_of_message_has_its_way() -> None:
    stream = io.StringIO()
    transports = Transports(HandClock(NOW), stream)
    async with scripted(silence) as server:
        port = server.port

    written = await transports.send(Line("SEV-1\n"))
    posted = await transports.send(HttpRequest("POST", f"http://127.0.0.1:{port}", {}, b""))
    ran = await transports.send(Program(("/bin/true",), {}, b""))
    relayed = await transports.send(Relayed(Secret("none://x"), "t", "b", is_page=True))
    mailed = await transports.send(Mail("127.0.0.1", port, "a@b.example", ("c@d.example",), b""))
    await transports.close()

    assert (written, stream.getvalue()) == (Written(), "SEV-1\n")
    assert isinstance(posted, NoAnswer)
    assert isinstance(mailed, NoAnswer)
    assert ran == Ended(0)
    assert relayed == NoAnswer("apprise knows no service of the channel's url", permanent=True)
