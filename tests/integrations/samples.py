"""Settings and orders for tests of integrations."""

from msgspec.structs import replace

from tests.integrations.fakes import github as github_fake
from tests.integrations.fakes import gitlab as gitlab_fake
from tests.integrations.fakes import jira as jira_fake
from tests.integrations.fakes import statuspage as statuspage_fake
from tests.integrations.fakes.github import GitHub
from tests.integrations.fakes.gitlab import GitLab
from tests.integrations.fakes.jira import Jira
from triaged.integrations import TrackedAction, github, gitlab, jira, statuspage, webhook
from triaged.wire import Secret

SETTINGS: dict[str, object] = {
    "github": github.Settings(
        "o/r", Secret(github_fake.TOKEN), webhook_secret=Secret(github_fake.SECRET)
    ),
    "gitlab": gitlab.Settings(
        "g/p", Secret(gitlab_fake.TOKEN), webhook_secret=Secret(gitlab_fake.SECRET)
    ),
    "jira": jira.Settings(
        "https://example.atlassian.net",
        "OPS",
        "ops@example.org",
        Secret("token"),
        webhook_secret=Secret(jira_fake.SECRET),
    ),
    "statuspage": statuspage.Settings("p4g3", Secret(statuspage_fake.TOKEN), {"checkout": "c1"}),
    "webhook": webhook.Settings("https://bot.example.org/rooms", Secret("s3cret")),
}
ACTION = TrackedAction(
    id="0196f3f2-7d3e-7c51-9e52-3c8a1d2f4b6a",
    incident="INC-12",
    url="https://triaged.example.org/incidents/INC-12",
    kind="fix",
    priority="P0",
    text="Upgrade ORM to patched version",
    owner="bob",
    due="2026-03-06",
    state="open",
)
DONE = replace(ACTION, state="done")
TRACKERS: dict[str, type[GitHub] | type[GitLab] | type[Jira]] = {
    "github": GitHub,
    "gitlab": GitLab,
    "jira": Jira,
}
