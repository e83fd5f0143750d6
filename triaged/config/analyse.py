"""Parts of a configuration without effect: `triaged check` warns of them, a daemon runs anyway.

Only what is certain is said. That a schedule has holes, or that nobody answers in time, is what
`prove` looks for.
"""

from collections.abc import Iterator, Sequence

from triaged.channels.contract import CHANNELS, Uncertain
from triaged.config.model import Configuration
from triaged.config.policies import DEFAULT
from triaged.core.records.model import Delay, Severity, Share, Target
from triaged.core.records.model import Plan as Policy
from triaged.core.response.escalation import delay_us
from triaged.core.settings import Settings
from triaged.core.time.durations import format_duration
from triaged.core.time.oncall import WEEK_MINUTES, Rotation, Schedule, never_reached
from triaged.core.time.recurring import DAY_MINUTES
from triaged.errors import Problem
from triaged.rules.actions import SetPolicy
from triaged.rules.evaluate import CompiledRule, RuleSet
from triaged.rules.lint.lint_samples import severities_given
from triaged.yamlschema.document import Document, Path

Finding = tuple[Path, str]


def useless(configuration: Configuration, document: Document) -> list[Problem]:
    """Warnings with their places in `document`, which is config.yaml."""
    settings = configuration.settings
    found: list[Finding] = [
        *_unused(configuration),
        *(each for policy in settings.policies.values() for each in _steps(policy, settings)),
        *(each for schedule in settings.schedules.values() for each in _rotations(schedule)),
        *_severities(settings, document),
        *_uncertain(configuration),
    ]
    return [Problem(document.where(at, key=True), text, warning=True) for at, text in found]


def _unused(configuration: Configuration) -> Iterator[Finding]:
    """Warnings about entries that nothing names. Teams and services may be named by labels."""
    settings = configuration.settings
    targets = {target for policy in settings.policies.values() for target in _targets(policy)}
    named = {
        "channels": _of_kind(targets, "channel") | _contact_channels(settings),
        "people": _of_kind(targets, "person") | _people_named(configuration),
        "schedules": _of_kind(targets, "schedule"),
        "policies": {DEFAULT} | _policies_named(settings),
    }
    tells = {
        "channels": "no contact and no policy names the channel {}: nothing goes out through it",
        "people": "no schedule, team, policy or token names {}: nobody would ever page them",
        "schedules": "no policy names the schedule {}: being on call there pages nobody",
        "policies": "no team and no rule names the policy {}: no incident follows it",
    }
    exist = {
        "channels": configuration.channels,
        "people": settings.people,
        "schedules": settings.schedules,
        "policies": settings.policies,
    }
    for section, told in tells.items():
        for name in exist[section]:
            if name not in named[section]:
                yield (section, name), told.format(name)


def _uncertain(configuration: Configuration) -> Iterator[Finding]:
    """Warnings about people whom only channels page that should not be alone."""
    for person in configuration.settings.people.values():
        names = {person.contacts[step.contact].channel for step in person.page}
        kinds = {configuration.channels[name].kind for name in names}
        reasons = [why for kind in sorted(kinds) if (why := _not_alone(kind))]
        if reasons and len(reasons) == len(kinds):
            only = " and ".join(sorted(names))
            told = f"pages reach {person.id} through {only} alone: {reasons[0]}"
            yield ("people", person.id), told


def _not_alone(kind: str) -> str:
    """Why a kind of channel should not be the only one; empty: it may be."""
    found = CHANNELS.load(kind)
    return found.NOT_ALONE if isinstance(found, Uncertain) else ""


def _targets(policy: Policy) -> list[Target]:
    last = () if policy.catch_all is None else (policy.catch_all,)
    return [*(target for step in policy.steps for target in step.notify), *last]


def _of_kind(targets: set[Target], kind: str) -> set[str]:
    return {target.name for target in targets if target.kind == kind}


def _contact_channels(settings: Settings) -> set[str]:
    people = settings.people.values()
    return {contact.channel for person in people for contact in person.contacts.values()}


def _people_named(configuration: Configuration) -> set[str]:
    settings = configuration.settings
    if configuration.feeds:
        return {*settings.people}  # events of a calendar may name anybody
    rotations = (each for schedule in settings.schedules.values() for each in schedule.rotations)
    return {
        *(person for rotation in rotations for person in rotation.people),
        *(person for team in settings.teams.values() for person in team.people),
        *(token.person for token in configuration.tokens if token.person is not None),
    }


def _policies_named(settings: Settings) -> set[str]:
    actions = (action for rule in _rules(settings) for action in rule.actions)
    return {
        *(team.policy for team in settings.teams.values() if team.policy is not None),
        *(action.policy for action in actions if isinstance(action, SetPolicy)),
    }


def _steps(policy: Policy, settings: Settings) -> Iterator[Finding]:
    """Steps that add nothing to one at the same instant, and those that wait for the one before."""
    before: list[tuple[Delay, Target]] = []
    for index, step in enumerate(policy.steps):
        at: Path = ("policies", policy.policy, "steps", index)
        for place, target in enumerate(step.notify):
            if (step.after, target) in before:
                told = f"{target.kind}:{target.name} is paged at this instant by an entry above"
                yield (*at, "notify", place), told
            before.append((step.after, target))
        if index and _never_first(policy.steps[index - 1].after, step.after, settings):
            told = f"step {index + 1} ({_shown(step.after)}) is never due before the one above"
            yield (
                (*at, "after"),
                f"{told} ({_shown(policy.steps[index - 1].after)}): both fire then",
            )


def _never_first(above: Delay, after: Delay, settings: Settings) -> bool:
    """True if `after` ends before `above` for each response target that is a length of time."""
    targets = [
        target.respond_within
        for target in settings.severities.values()
        if isinstance(target.respond_within, int)
    ]
    return bool(targets) and all(delay_us(after, us) < delay_us(above, us) for us in targets)


def _shown(delay: Delay) -> str:
    if isinstance(delay, Share):
        return f"after {delay.of_target:.0%}"
    return f"after {format_duration(delay.us)}"


def _rotations(schedule: Schedule) -> Iterator[Finding]:
    """Rotations that a later one covers, and people whom the hours of theirs leave out."""
    for index, rotation in enumerate(schedule.rotations):
        if missed := never_reached(rotation):
            told = (
                f"rotation {index + 1} never reaches {', '.join(missed)}: their turns fall outside"
                " of `only`; `count: shifts` counts only the turns that it reaches"
            )
            yield ("schedules", schedule.name, "rotations", index), told
        for above, later in enumerate(schedule.rotations[index + 1 :], index + 1):
            if later.start <= rotation.start and _minutes(rotation) <= _minutes(later):
                told = (
                    f"rotation {index + 1} is never in force: rotation {above + 1} covers its time"
                )
                yield ("schedules", schedule.name, "rotations", index), told
                break


def _minutes(rotation: Rotation) -> frozenset[int]:
    """The minutes of the week in which the rotation holds."""
    if rotation.only is None:
        return frozenset(range(WEEK_MINUTES))
    return frozenset(
        (window.day * DAY_MINUTES + at) % WEEK_MINUTES
        for window in rotation.only.week
        for at in range(window.start, window.end)
    )


def _severities(settings: Settings, document: Document) -> Iterator[Finding]:
    """Severities that the configuration describes and nothing gives."""
    rules = _rules(settings)
    given = severities_given(rules) | {settings.unclassified}
    for severity in Severity:
        at: Path = ("severities", severity.value)
        if rules and severity not in given and document.at(at) is not None:
            told = f"no rule gives {severity.value} and it is not `unclassified`"
            yield at, f"{told}: only people can choose it"


def _rules(settings: Settings) -> Sequence[CompiledRule]:
    """All rules, shadow rules too: what they name is there for them."""
    return settings.rules.loaded if isinstance(settings.rules, RuleSet) else ()
