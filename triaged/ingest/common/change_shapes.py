"""Where senders of changes put what: places in a body (`a.b`), the first that holds a text counts.

GitHub: https://docs.github.com/en/webhooks/webhook-events-and-payloads#deployment_status
GitLab: https://docs.gitlab.com/user/project/integrations/webhook_events/#deployment-events
Argo CD: https://argo-cd.readthedocs.io/en/stable/operator-manual/notifications/services/webhook/
"""

from collections.abc import Mapping

import msgspec

from triaged.ingest.common.guess import first_text

Places = tuple[str, ...]
Body = Mapping[str, object]


class ChangeShape(msgspec.Struct, frozen=True):
    """One sender's form."""

    name: str
    """Begins the identity, so that two senders behind one source never meet; may be empty."""
    marks: Places
    """Only this sender's bodies have a text at each of these."""
    identity: Places
    """Together they name one change; if there is no text at all, the whole body does."""
    service: Places
    at: Places
    ended_at: Places
    said_at: Places
    title: Places
    status: Places
    environment: Places
    version: Places
    author: Places
    url: Places
    kind: Places = ()


GITHUB = ChangeShape(
    name="github",
    marks=("deployment.id", "repository.full_name"),
    identity=("repository.full_name", "deployment.id"),
    service=("repository.full_name",),
    at=("deployment.created_at",),
    ended_at=(),
    said_at=("deployment_status.created_at", "deployment.created_at"),
    title=("deployment_status.description", "deployment.description"),
    status=("deployment_status.state",),
    environment=("deployment_status.environment", "deployment.environment"),
    version=("deployment.sha", "deployment.ref"),
    author=("deployment.creator.login", "sender.login"),
    url=("deployment_status.log_url", "deployment_status.target_url", "repository.html_url"),
    kind=("deployment.task",),
)
GITLAB = ChangeShape(
    name="gitlab",
    marks=("object_kind", "project.path_with_namespace", "status_changed_at"),
    identity=("project.path_with_namespace", "deployment_id", "deployable_id"),
    service=("project.path_with_namespace",),
    at=("status_changed_at",),
    ended_at=(),
    said_at=("status_changed_at",),
    title=("commit_title",),
    status=("status",),
    environment=("environment",),
    version=("short_sha", "ref"),
    author=("user.username", "user.name"),
    url=("deployable_url", "commit_url", "project.web_url"),
)
ARGO_CD = ChangeShape(
    name="argocd",
    marks=("app.metadata.name",),
    identity=(
        "app.metadata.namespace",
        "app.metadata.name",
        "app.status.operationState.startedAt",
    ),
    service=("app.metadata.name",),
    at=("app.status.operationState.startedAt",),
    ended_at=("app.status.operationState.finishedAt",),
    said_at=("app.status.operationState.finishedAt", "app.status.operationState.startedAt"),
    title=(),
    status=("app.status.operationState.phase", "app.status.sync.status"),
    environment=("app.spec.destination.namespace",),
    version=("app.status.operationState.syncResult.revision", "app.status.sync.revision"),
    author=("app.status.operationState.operation.initiatedBy.username",),
    url=("url", "app.spec.source.repoURL"),
)
ANY = ChangeShape(
    name="",
    marks=(),
    identity=("id", "change_id", "deployment_id", "uuid"),
    service=("service", "service_name", "app", "application", "component", "project"),
    at=("at", "started_at", "startedAt", "time", "timestamp", "created_at", "finishedAt"),
    ended_at=("ended_at", "finished_at", "finishedAt"),
    said_at=("said_at", "updated_at", "ended_at", "finished_at", "finishedAt"),
    title=("title", "summary", "description", "message", "text"),
    status=("status", "state", "result", "phase"),
    environment=("environment", "env", "stage"),
    version=("version", "revision", "sha", "commit", "tag"),
    author=("author", "user", "actor", "by"),
    url=("url", "link", "html_url"),
    kind=("kind", "type"),
)
SHAPES = (GITHUB, GITLAB, ARGO_CD, ANY)


def shape_of(body: Body) -> ChangeShape:
    """The first shape whose marks the body has; `ANY` has none."""
    return next(shape for shape in SHAPES if all(first_text(body, (m,)) for m in shape.marks))


def is_other_event(body: Body, event: str) -> bool:
    """True if it is something that GitHub or GitLab says and that is no deployment.

    `event` is the header X-GitHub-Event; empty for others.
    """
    if event:
        return event not in ("deployment", "deployment_status")
    kind = body.get("object_kind")
    if kind is not None:
        return kind != "deployment"
    return "zen" in body and "hook_id" in body
