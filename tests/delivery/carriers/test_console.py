import asyncio
import io
import os

from triaged.channels import Line, NoAnswer, Written
from triaged.delivery.carriers.console import Console

LINE = Line("SEV-1 PAGE for alice ---\n  checkout is down\n\n", "SEV-1")


async def test_block_is_written_and_flushed() -> None:
    stream = io.StringIO()
    console = Console(stream)

    assert await console.send(LINE) == Written()
    assert stream.getvalue() == LINE.text
    console.close()


async def test_colour_is_for_a_terminal() -> None:
    stream = io.StringIO()
    console = Console(stream, colour=True)

    await console.send(LINE)

    head, rest = stream.getvalue().split("\n", 1)
    assert head == "\x1b[1;37;41mSEV-1 PAGE for alice ---\x1b[0m"
    assert rest == "  checkout is down\n\n"
    console.close()


async def test_blocks_do_not_mix() -> None:
    stream = io.StringIO()
    console = Console(stream)
    blocks = [Line(f"{number}\n" * 50, "SEV-3") for number in range(20)]

    await asyncio.gather(*map(console.send, blocks))

    assert stream.getvalue() == "".join(block.text for block in blocks)
    console.close()


async def test_character_that_the_terminal_does_not_know_is_replaced() -> None:
    raw = io.BytesIO()
    console = Console(io.TextIOWrapper(raw, encoding="ascii"))

    assert await console.send(Line("größer 🚨\n")) == Written()
    assert raw.getvalue() == b"gr??er ?\n"
    console.close()


async def test_closed_stream_is_no_answer() -> None:
    stream = io.StringIO()
    console = Console(stream)
    stream.close()

    assert isinstance(await console.send(LINE), NoAnswer)
    console.close()


async def test_reader_that_has_gone_is_no_answer() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    stream = io.TextIOWrapper(io.FileIO(writing, "w"), write_through=True)
    console = Console(stream)

    answer = await console.send(LINE)

    assert isinstance(answer, NoAnswer)
    assert not answer.maybe_accepted
    console.close()
    stream.detach().close()


async def test_console_writes_again_after_it_was_closed() -> None:
    console = Console(io.StringIO())
    await console.send(LINE)
    console.close()

    assert await console.send(LINE) == Written()
    console.close()
