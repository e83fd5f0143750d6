"""What `triaged status` prints."""

from typing import Any

from triaged.cli._output import clean, count_text, local_time, print_fields, print_table


def print_page(page: Any) -> None:
    """The verdict, the components, what is open, what is proposed, what is wrong."""
    print(f"{clean(page['description'])}  {page['url']}")
    subscribers = count_text(page["subscribers"], "subscriber")
    print(f"{subscribers}, changed {local_time(page['updated_at'])}")
    print()
    print_components(page["components"])
    if page["incidents"]:
        print()
        print_incidents(page["incidents"])
    if page["lints"]:
        print()
        print_lints(page["lints"])


def print_components(components: list[Any]) -> None:
    """The components, with what is proposed for each."""
    rows = [
        (
            one["key"],
            one["status"],
            "automatically" if one["automatically_reported"] else one["by"] or "",
            one["proposed"] or "",
            one["reason"] or "",
        )
        for one in components
    ]
    print_table(("COMPONENT", "STATUS", "SET BY", "PROPOSED", "WHY"), rows)


def print_incidents(incidents: list[Any]) -> None:
    """Public incidents."""
    rows = [
        (
            one["id"],
            one["incident"] or "",
            one["status"],
            one["impact"],
            local_time(one["next_update_at"]),
            one["title"],
        )
        for one in incidents
    ]
    print_table(("ID", "INCIDENT", "STATUS", "IMPACT", "NEXT UPDATE", "TITLE"), rows)


def print_lints(lints: list[Any]) -> None:
    """What is wrong, each with what mends it."""
    for one in lints:
        print(f"{clean(one['text'])}: {clean(one['fix'])}")


def print_post(post: Any) -> None:
    """A post as the public reads it, and what is known of it."""
    fields = [("post", post["id"]), ("state", post["state"]), ("incident", post["incident"])]
    fields += [(f"sets {key}", status) for key, status in post["components"].items()]
    fields += [(f"until {local_time(one['until'])}", one["body"]) for one in post["revisions"]]
    print_fields(fields)
    print()
    print_text(post["text"])


def print_text(text: str) -> None:
    """A text of several lines."""
    for line in text.split("\n"):
        print(clean(line))


def print_preview(preview: Any) -> None:
    """The page, the mail, to how many, and what publishing sets."""
    print_text(preview["page"])
    print()
    for key, status in preview["components"].items():
        print(f"sets {clean(key)}: {clean(status)}")
    subscribers = count_text(preview["recipients"], "subscriber")
    print(f"goes to {subscribers}: {clean(preview['mail_subject'])}")
    print()
    print_text(preview["mail"].rstrip("\n"))


def print_maintenance(rows: list[Any]) -> None:
    """Maintenance, the latest first."""
    print_table(
        ("ID", "STATUS", "STARTS", "ENDS", "COMPONENTS", "TITLE"),
        [
            (
                one["id"],
                one["status"],
                local_time(one["starts_at"]),
                local_time(one["ends_at"]),
                ", ".join(one["components"]),
                one["title"],
            )
            for one in rows
        ],
    )


def print_subscribers(found: Any) -> None:
    """Subscribers, and how many there are by state."""
    rows = [
        (one["id"], one["kind"], one["state"], one["address"], ", ".join(one["components"]))
        for one in found["subscribers"]
    ]
    print_table(("ID", "KIND", "STATE", "ADDRESS", "COMPONENTS"), rows)
    print(", ".join(f"{number} {state}" for state, number in sorted(found["counts"].items())))
