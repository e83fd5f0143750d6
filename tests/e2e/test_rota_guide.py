"""The guide to a rota with Slack and SMS, followed to the letter against fakes of both."""

import asyncio
import os
import re
import shlex
import subprocess
import sys
import urllib.request
from pathlib import Path

from tests.channels.fakes import twilio as twilio_fake
from tests.channels.fakes.serving import served
from tests.channels.fakes.slack import Slack, texts
from tests.channels.fakes.twilio import Twilio
from tests.conftest import ROOT
from tests.e2e.peers import PATIENCE_S, free_port, running
from triaged.channels.common.two_way import Callback
from triaged.clock import SystemClock
from triaged.core.time.durations import SECOND

GUIDE = (ROOT / "docs" / "guide" / "rota.md").read_text()
CONFIG = re.findall(r"^```yaml\n# in config.yaml\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)[0]
BLOCKS = re.findall(r"^```console\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)
CLOCK = SystemClock()
PUBLIC = "https://triaged.example.org"
ALICE = "U0123456789"


class Rota:
    """A daemon with the guide's configuration, and somebody who follows the guide."""

    def __init__(self, folder: Path, port: int, slack: Slack, twilio: Twilio) -> None:
        self.folder, self.url = folder, f"http://127.0.0.1:{port}"
        self.slack, self.twilio = slack, twilio
        self.said: dict[str, str] = {}
        """Command → what it printed."""

    async def follow(self, block: str) -> None:
        """Type the commands of a block, and compare what is printed with what is shown."""
        for step in block.split("$ ")[1:]:
            command, _, shown = step.partition("\n")
            words = [self.meant(word) for word in shlex.split(command)[1:]]
            printed = await asyncio.to_thread(self.run, words)
            self.said[command] = printed
            for line in shown.strip().splitlines():
                assert re.search(pattern(line), printed, re.MULTILINE), (command, line, printed)

    def meant(self, word: str) -> str:
        """The word of the guide as it is today: the code that came, whoever is not on call."""
        if word == "123456":
            return self.code()
        if word == "bob" and "bob" in self.said.get("triaged oncall show", ""):
            return "alice"
        return word

    def run(self, words: list[str]) -> str:
        """What a command prints; it must succeed."""
        environment = {**os.environ, "TRIAGED_URL": self.url, "NO_COLOR": "1", "COLUMNS": "200"}
        command = [sys.executable, "-m", "triaged", *words]
        done = subprocess.run(
            command,
            cwd=self.folder,
            env=environment | {"PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
        assert done.returncode == 0, (words, done.stdout, done.stderr)
        return done.stdout

    def code(self) -> str:
        """The code of the last SMS."""
        found = [re.search(r"\b\d{6}\b", one.form["Body"]) for one in self.twilio.messages]
        codes = [match[0] for match in found if match]
        return codes[-1] if codes else "123456"

    async def call(self, path: str, callback: Callback) -> None:
        """A provider calls."""
        request = urllib.request.Request(self.url + path, callback.body, dict(callback.headers))
        answer = await asyncio.to_thread(urllib.request.urlopen, request, None, PATIENCE_S)
        assert answer.status == 200

    async def until_said(self, words: str) -> tuple[str, str]:
        """Wait until a message of Slack says this; gives its place."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                for place, message in self.slack.messages.items():
                    said = " ".join(t for block in message["blocks"] for t in texts(block))
                    if re.search(words, said):
                        return place
                await CLOCK.sleep_until(CLOCK.now() + SECOND // 20)


def pattern(line: str) -> str:
    """A shown line as a pattern: `…` stands for what differs from day to day."""
    return ".*".join(map(re.escape, line.split("…")))


async def test_the_guide_is_followed_to_the_letter(tmp_path: Path) -> None:
    slack, twilio, port = Slack(), Twilio(), free_port()
    async with served(slack.answer) as slack_url, served(twilio.serve) as twilio_url:
        config = CONFIG.replace("kind: slack,", f"kind: slack, url: '{slack_url}/api',")
        config = config.replace("kind: twilio_sms,", f"kind: twilio_sms, url: '{twilio_url}',")
        own = f"listen: 127.0.0.1:{port}\npublic_url: {PUBLIC}\nauth: none\n"
        (tmp_path / "config.yaml").write_text(own + config)
        command = [sys.executable, "-m", "triaged", "serve", "--config", "config.yaml"]
        command[-1] = str(tmp_path / "config.yaml")
        rota = Rota(tmp_path, port, slack, twilio)
        daemon = running(command, f"{rota.url}/-/ready", tmp_path / "triaged.log")
        await asyncio.to_thread(daemon.__enter__)
        try:
            for block in BLOCKS[:5]:
                await rota.follow(block)
            await acknowledge(rota)
            for block in BLOCKS[5:]:
                await rota.follow(block)
        finally:
            await asyncio.to_thread(daemon.__exit__, None, None, None)

    assert "alice" in rota.said["triaged oncall show"] or "bob" in rota.said["triaged oncall show"]


async def acknowledge(rota: Rota) -> None:
    """Whoever has the page in Slack presses the button; the message says who has it."""
    place = await rota.until_said(r"SEV-1 checkout is down \(INC-\d+\)")
    (press,) = [
        one["action_id"]
        for one in rota.slack.buttons(place)
        if one["text"]["text"] == "Acknowledge"
    ]
    press_call = rota.slack.press(place, press, CLOCK.now(), by=place[0])
    await rota.call("/callbacks/slack", press_call)
    await rota.until_said(r"(alice|bob) has it since")
    reply = {"From": twilio_fake.ALICE, "To": twilio_fake.FROM, "Body": "4a", "MessageSid": "SM9"}
    await rota.call("/callbacks/sms", twilio_fake.signed(f"{PUBLIC}/callbacks/sms", reply))
