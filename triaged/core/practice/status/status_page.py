"""Posts and components of the status page: drafts, publishing, small edits.

Nothing public changes but by a human's act, or by the clock of a maintenance. Published text is
never replaced without its old text being kept.
"""

from collections import Counter
from collections.abc import Mapping

from msgspec.structs import replace

from triaged.core.draft import Draft
from triaged.core.practice.status import status_derivation as derivation
from triaged.core.practice.status.status_history import changed
from triaged.core.practice.status.statuspage_pushes import pushes
from triaged.core.practice.work import holder_of
from triaged.core.records import actors
from triaged.core.records.answers import Conflict, RowSaved, Unknown
from triaged.core.records.effects import Decision, Effect, SaveRow
from triaged.core.records.model import Entry, Incident, Severity, incident_id
from triaged.core.records.practice.roles import Role
from triaged.core.records.practice.status import (
    ENDED,
    OF_INCIDENTS,
    PAGE,
    Change,
    Component,
    ComponentStatus,
    Mailing,
    Maintenance,
    Post,
    PostState,
    PostStatus,
    PublicIncident,
    Revision,
)
from triaged.core.records.practice.status_events import (
    ComponentSet,
    ComponentsListed,
    PostChanged,
    PostDiscarded,
    PostDrafted,
    PostPublished,
    Wording,
)
from triaged.core.records.practice.status_settings import StatusPage
from triaged.core.records.timers import PostDue
from triaged.core.situation import Situation
from triaged.core.text.public_post import headline

TITLE_MAX = 120
BODY_MAX = 5000
POSTS_MAX = 200
"""Posts of an incident: one every 15 minutes for two days. All of them are rendered."""

REVISIONS_MAX = 50
"""Edits of a published post; who wants more says something new, in a post."""

SMALL_WORDS, SMALL_SHARE = 3, 0.2
"""An edit of so many words, or of this share of them, is a repair; more is a correction."""

LED = (Severity.SEV1, Severity.SEV2)
"""The severities whose posts the communications lead publishes."""

NO_PAGE = "no status page is configured: config.yaml has no `status_page`"


def draft_post(situation: Situation, event: PostDrafted) -> Decision:
    """Write a draft; what is left out is proposed from the last post and from what is open."""
    page, wording = situation.settings.status_page, event.wording
    if page is None:
        return Decision((), Unknown(NO_PAGE))
    incident = situation.incident(event.number)
    if event.number is not None and incident is None:
        return Decision((), Unknown(f"there is no {incident_id(event.number)}"))
    if incident is not None and incident.kind == "drill":
        return Decision((), Conflict(f"{incident.id} is a drill: it never appears in public"))
    thread = thread_of(situation, event.thread)
    status = wording.status or (PostStatus.INVESTIGATING if thread is None else thread.status)
    wrong = wrong_status(thread, status) or wrong_text(wording) or wrong_keys(page, wording)
    if wrong is not None:
        return Decision((), Conflict(wrong))
    post = Post(
        id=event.new_id,
        incident=event.number,
        thread=event.thread,
        status=status,
        title=wording.title or _title(thread, incident),
        body=wording.body or "",
        drafted_at=situation.now,
        drafted_by=event.by,
        components=_proposed(situation, page, thread, incident, status)
        if wording.components is None
        else wording.components,
        impact=wording.impact,
        next_update_at=wording.next_update_at,
    )
    return Decision((SaveRow(post),), RowSaved(post.id))


def thread_of(situation: Situation, identity: str) -> PublicIncident | Maintenance | None:
    """The public incident or maintenance with this identity."""
    view = situation.view
    return view.row(PublicIncident, identity) or view.row(Maintenance, identity)


def _title(thread: PublicIncident | Maintenance | None, incident: Incident | None) -> str:
    """The title of the thread; a first post has that of its service, never that of its alerts."""
    if thread is not None:
        return thread.title
    service = None if incident is None else incident.service
    return f"{service.capitalize()} issues" if service else ""


def _proposed(
    situation: Situation,
    page: StatusPage,
    thread: PublicIncident | Maintenance | None,
    incident: Incident | None,
    status: PostStatus,
) -> Mapping[str, ComponentStatus]:
    """What the post would set, by the derivation table; publishing it is the confirmation."""
    if isinstance(thread, Maintenance):
        return {}
    if status in ENDED:
        keys = () if thread is None else thread.components
        return {
            key: ComponentStatus.OPERATIONAL
            for key in keys
            if _status(situation, key) is not ComponentStatus.OPERATIONAL
        }
    wanted = {} if incident is None else derivation.wanted(page, incident)
    return {key: one for key, one in wanted.items() if _status(situation, key) is not one}


def _status(situation: Situation, key: str) -> ComponentStatus:
    return derivation.status_of(situation.view.row(Component, key))


def wrong_status(thread: PublicIncident | Maintenance | None, status: PostStatus) -> str | None:
    """Why a post of this thread cannot have this word."""
    if isinstance(thread, Maintenance):
        if status is thread.status:
            return None
        verbs = "`triaged status maintenance verify`, `complete` and `cancel`"
        return f"the maintenance is {thread.status}: {verbs} change that"
    if status in OF_INCIDENTS:
        return None
    words = ", ".join(one for one in PostStatus if one in OF_INCIDENTS)
    return f"{status} is no word for an incident: use one of {words}"


def wrong_text(wording: Wording) -> str | None:
    """Why these texts cannot be published."""
    title, body = wording.title or "", wording.body or ""
    if len(title) > TITLE_MAX or not (title.isprintable() and title == title.strip()):
        return f"a title is one line of at most {TITLE_MAX} characters"
    if len(body) > BODY_MAX or not all(
        character == "\n" or character.isprintable() for character in body
    ):
        return f"a text has at most {BODY_MAX} characters, and no control characters"
    return None


def wrong_keys(page: StatusPage, wording: Wording) -> str | None:
    """Why these components cannot be set."""
    known = {one.key for one in page.components}
    missing = sorted(set(wording.components or ()) - known)
    if not missing:
        return None
    names = ", ".join(sorted(known)) or "none"
    return f"{missing[0]!r} is no component of the page; there are {names}"


def change_post(situation: Situation, event: PostChanged) -> Decision:
    """Change a draft freely, or a few words of what is published, whose old text is kept."""
    page, post = situation.settings.status_page, situation.view.row(Post, event.id)
    if page is None or post is None or post.state is PostState.DISCARDED:
        return Decision((), Unknown(f"there is no post {event.id}"))
    wording, thread = event.wording, thread_of(situation, event.thread)
    wrong = wrong_status(thread, wording.status or post.status)
    wrong = wrong or wrong_text(wording) or wrong_keys(page, wording)
    if wrong is not None:
        return Decision((), Conflict(wrong))
    if post.state is PostState.PUBLISHED:
        return _edit(situation, event, post, thread)
    values = {
        name: value
        for name in wording.__struct_fields__
        if (value := getattr(wording, name)) is not None
    }
    return Decision((SaveRow(replace(post, **values)),), RowSaved(post.id))


def _edit(
    situation: Situation,
    event: PostChanged,
    post: Post,
    thread: PublicIncident | Maintenance | None,
) -> Decision:
    wording = event.wording
    title, body = wording.title or post.title, wording.body or post.body
    if (title, body) == (post.title, post.body) and wording == Wording(title=title, body=body):
        return Decision((), RowSaved(post.id))
    if wording != Wording(title=wording.title, body=wording.body) or not is_small(
        f"{post.title} {post.body}", f"{title} {body}"
    ):
        text = "is published: only a few words of it may be repaired; correct it by a new post"
        return Decision((), Conflict(f"{post.id} {text}"))
    if len(post.revisions) >= REVISIONS_MAX:
        text = f"has been edited {REVISIONS_MAX} times: write a new post"
        return Decision((), Conflict(f"{post.id} {text}"))
    revision = Revision(post.title, post.body, situation.now, event.by)
    edited = replace(post, title=title, body=body, revisions=(*post.revisions, revision))
    rows: list[Effect] = [SaveRow(edited)]
    if thread is not None and thread.posts[-1:] == (post.id,):
        rows.append(SaveRow(replace(thread, title=title, updated_at=situation.now)))
    elif thread is not None:
        rows.append(SaveRow(replace(thread, updated_at=situation.now)))
    return Decision(tuple(rows), RowSaved(post.id))


def is_small(before: str, after: str) -> bool:
    """Whether so few words differ that the edit is the repair of a slip."""
    old, new = Counter(before.split()), Counter(after.split())
    differing = max((old - new).total(), (new - old).total())
    return differing <= max(SMALL_WORDS, SMALL_SHARE * old.total())


def discard_post(situation: Situation, event: PostDiscarded) -> Decision:
    """Throw a draft away; what is published stays."""
    post = situation.view.row(Post, event.id)
    if post is None:
        return Decision((), Unknown(f"there is no post {event.id}"))
    if post.state is PostState.PUBLISHED:
        return Decision((), Conflict(f"{post.id} is published: write a new post that corrects it"))
    return Decision((SaveRow(replace(post, state=PostState.DISCARDED)),), RowSaved(post.id))


def publish_post(situation: Situation, event: PostPublished) -> Decision:
    """Make a draft public, set its components, and have the subscribers told."""
    post = situation.view.row(Post, event.id)
    if situation.settings.status_page is None or post is None:
        return Decision((), Unknown(f"there is no post {event.id}"))
    if post.state is PostState.PUBLISHED:
        return Decision((), RowSaved(post.id))
    incident = situation.incident(post.incident)
    refusal = _why_not(situation, post, incident, event.by)
    if refusal is not None:
        return Decision((), Conflict(refusal))
    post = replace(
        post, state=PostState.PUBLISHED, published_at=situation.now, published_by=event.by
    )
    rows = publication(situation, post)
    if incident is not None:
        rows += _on_timeline(situation, post, incident)
    return Decision(tuple(rows), RowSaved(post.id))


def _why_not(situation: Situation, post: Post, incident: Incident | None, by: str) -> str | None:
    """Why the draft cannot be published, and what to do about it."""
    if post.state is PostState.DISCARDED:
        return f"{post.id} was discarded: write a new one"
    thread = thread_of(situation, post.thread)
    if thread is not None and len(thread.posts) >= POSTS_MAX:
        return f"“{thread.title}” has {POSTS_MAX} posts: begin another incident"
    if not post.title or not post.body:
        return f"{post.id} has no {'text' if post.title else 'title'} yet"
    promised = post.next_update_at
    if promised is not None and promised <= situation.now:
        return "the next update is promised for an instant that has passed: promise a later one"
    if incident is None:
        return None
    if incident.kind == "drill":
        return f"{incident.id} is a drill: it never appears in public"
    lead = holder_of(incident, Role.COMMUNICATIONS_LEAD)
    if incident.severity not in LED or not (incident.live or lead):
        return None
    if by not in (lead, actors.ANONYMOUS):
        command = f"triaged incident role {incident.id} communications_lead PERSON"
        whom = f"that is {lead}" if lead else "nobody is"
        return (
            f"{incident.id} is {incident.severity}: its communications lead publishes, and {whom};"
            f" `{command}` assigns the role"
        )
    if promised is None and incident.live and post.status not in ENDED:
        return f"{incident.id} is {incident.severity}: say when the next update comes"
    return None


def publication(situation: Situation, post: Post) -> list[Effect]:
    """What follows from a published post: its thread, its components, the mailing."""
    thread = thread_of(situation, post.thread)
    rows: list[Effect] = [SaveRow(post)]
    if isinstance(thread, Maintenance):
        posts = (*thread.posts, post.id)
        rows.append(SaveRow(replace(thread, posts=posts, updated_at=situation.now)))
    else:
        carried_on = _carried_on(situation, thread, post)
        rows.append(SaveRow(carried_on))
        rows += [SaveRow(push) for push in pushes(situation, carried_on, post)]
    for key, status in post.components.items():
        rows += component_rows(situation, key, Change(situation.now, status, post.published_by))
    mailing = Mailing(post.id, post.incident, post.thread, post.id, situation.now)
    return [*rows, SaveRow(mailing)]


def _carried_on(situation: Situation, thread: PublicIncident | None, post: Post) -> PublicIncident:
    """The public incident after one post more."""
    now, ended = situation.now, post.status in ENDED
    found = thread or PublicIncident(
        id=post.thread,
        incident=post.incident,
        title=post.title,
        status=post.status,
        impact=derivation.impact_of(()),
        created_at=now,
        updated_at=now,
    )
    impact = max(
        (found.impact, derivation.impact_of(post.components.values())), key=derivation.weight
    )
    resolved_at = (found.resolved_at or now) if ended else None
    monitoring = post.status is PostStatus.MONITORING
    return replace(
        found,
        title=post.title,
        status=post.status,
        impact=post.impact or impact,
        updated_at=now,
        posts=(*found.posts, post.id),
        components=tuple(dict.fromkeys((*found.components, *post.components))),
        next_update_at=None if ended else post.next_update_at,
        monitoring_at=now if monitoring and found.monitoring_at is None else found.monitoring_at,
        resolved_at=resolved_at,
    )


def component_rows(situation: Situation, key: str, change: Change) -> list[Effect]:
    """The row of a component after a change; nothing if it changes nothing."""
    row = situation.view.row(Component, key) or Component(key, PAGE, situation.now)
    if derivation.status_of(row) is change.status and not (row.now and row.now.automatic):
        return []
    return [SaveRow(changed(row, change))]


def _on_timeline(situation: Situation, post: Post, incident: Incident) -> list[Effect]:
    """The entry of the incident, and the deadline of the next post."""
    draft = Draft(incident)
    data: dict[str, object] = {"post": post.id, "status": post.status, "body": post.body}
    data |= {"components": dict(post.components), "next_update_at": post.next_update_at}
    text = f"posted in public: {headline(post)}"
    draft.say(Entry(situation.now, "status.posted", post.published_by, text, data))
    if post.next_update_at is None or post.status in ENDED:
        draft.drop(PostDue)
    else:
        draft.arm(PostDue(incident.number, post.next_update_at))
    return list(draft.effects())


def set_component(situation: Situation, event: ComponentSet) -> Decision:
    """Set a component without a post."""
    page = situation.settings.status_page
    if page is None:
        return Decision((), Unknown(NO_PAGE))
    if page.component(event.key) is None:
        return Decision((), Unknown(f"there is no component {event.key[:40]!r}"))
    rows = component_rows(situation, event.key, Change(situation.now, event.status, event.by))
    return Decision(tuple(rows), RowSaved(event.key))


def list_components(situation: Situation, event: ComponentsListed) -> Decision:
    """Give a row to components that have none: their history begins."""
    rows = [
        SaveRow(Component(key, PAGE, situation.now))
        for key in event.keys
        if situation.view.row(Component, key) is None
    ]
    return Decision(tuple(rows))
