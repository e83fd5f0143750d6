"""Guards of merges and splits."""

from tests.mutations.mutation import Mutation

MERGING = "tests/core/practice/test_merging.py"
REFUSALS = "tests/core/practice/test_merge_refusals.py"
NEWS = "tests/core/practice/test_merge_news.py"
SPLITTING = "tests/core/practice/test_splitting.py"
STORED = "tests/store/test_regrouping.py"

REGROUPING = (
    Mutation(
        "what fires in a merged incident belongs to the survivor",
        "triaged/core/practice/merging.py",
        "    if count:\n        count_firing(situation, draft, old)\n",
        "    if count:\n",
        (MERGING,),
    ),
    Mutation(
        "an object that the merged incident had is nothing new to the holder",
        "triaged/core/alerts/grouping.py",
        "    late_joins.remember_objects(draft, old)\n",
        "",
        (MERGING,),
    ),
    Mutation(
        "whoever posts for the survivor hears of public posts that are promised for both",
        "triaged/core/practice/status_deadlines.py",
        "_who_posts(situation.survivor(incident))",
        "_who_posts(incident)",
        ("tests/core/practice/test_status_deadlines.py",),
    ),
    Mutation(
        "the page does not call a component well because its incident was merged",
        "triaged/core/practice/status_deadlines.py",
        "    elif incident.state is State.MERGED:\n",
        "    elif incident is None:\n",
        ("tests/core/practice/test_status_deadlines.py",),
    ),
    Mutation(
        "nothing of a merged incident pages",
        "triaged/core/practice/merging.py",
        "    draft.drop(*RESPONSE_TIMERS)\n",
        "",
        ("tests/core/test_decide.py::test_the_invariants_hold_where_people_merge_and_split",),
    ),
    Mutation(
        "the survivor becomes as bad as the worse of both",
        "triaged/core/practice/merging.py",
        "if old.severity < before.severity:",
        "if old.severity < before.severity and False:",
        (MERGING,),
    ),
    Mutation(
        "whoever holds the survivor and merges a worse incident goes on holding it",
        "triaged/core/alerts/severity.py",
        "if not actor or draft.incident.holder != actor:",
        "if actor is not None:",
        (MERGING,),
    ),
    Mutation(
        "whoever was paged for the merged incident is told by the survivor from then on",
        "triaged/core/practice/merging.py",
        "told = dict.fromkeys((*before.told, *_informed(situation, old)))",
        "told = dict.fromkeys(before.told)",
        (NEWS,),
    ),
    Mutation(
        "whoever was paged while the incident was merged is told by the survivor, too",
        "triaged/core/response/delivering.py",
        "if survivor is not draft.incident and page.recipient not in survivor.told:",
        "if survivor is None:",
        (NEWS,),
    ),
    Mutation(
        "roles end with the incident that is merged",
        "triaged/core/practice/merging.py",
        "    end_roles(situation, draft, by)\n",
        "",
        (MERGING,),
    ),
    Mutation(
        "the umbrella of a storm is merged with nothing",
        "triaged/core/practice/merging.py",
        "if one.bundle is not UNSET:",
        "if one is None:",
        (REFUSALS,),
    ),
    Mutation(
        "an incident about triaged itself is merged with nothing, for its end would end both",
        "triaged/core/practice/merging.py",
        "if one.key and not one.source:",
        "if one is None:",
        (REFUSALS,),
    ),
    Mutation(
        "a drill and a real incident stay apart",
        "triaged/core/practice/merging.py",
        "if old.kind != into.kind:",
        "if old is None:",
        (REFUSALS,),
    ),
    Mutation(
        "an incident takes in no more than it can name",
        "triaged/core/practice/merging.py",
        "if len(into.lineage.merged) >= LINKED_MAX:",
        "if into is None:",
        (REFUSALS,),
    ),
    Mutation(
        "the key of a merged incident leads to its survivor",
        "triaged/core/view.py",
        "return newest if newest.kin is UNSET else self.survivor(newest)",
        "return newest",
        (MERGING,),
    ),
    Mutation(
        "nothing re-opens a survivor whose own key is open elsewhere",
        "triaged/core/alerts/grouping.py",
        "if not home.live and situation.live_incident(home.key) is not None:",
        "if home is None:",
        (STORED,),
    ),
    Mutation(
        "an alert that was split off comes back to its own incident",
        "triaged/core/alerts/grouping.py",
        "home = _split_home(situation, arrival) or situation",
        "home = situation",
        (SPLITTING,),
    ),
    Mutation(
        "a split leaves something in the incident",
        "triaged/core/practice/splitting.py",
        "if leaves_none and old.key:",
        "if old is None:",
        (SPLITTING,),
    ),
    Mutation(
        "only alerts that fire in the incident are split off it",
        "triaged/core/practice/splitting.py",
        "if state.incident != old.number or not state.firing]",
        "if state.incident is None]",
        (SPLITTING,),
    ),
    Mutation(
        "an incident of which nothing is left resolves by its policy",
        "triaged/core/practice/splitting.py",
        "        resolve_or_hold(situation, draft, None)\n",
        "        pass\n",
        (SPLITTING,),
    ),
    Mutation(
        "a batch locks the key of a survivor before it decides",
        "triaged/store/view.py",
        "if unlocked := keys - self._locked:",
        "if unlocked := keys - keys:",
        (STORED,),
    ),
    Mutation(
        "what is decided ahead finds a survivor as the batch before it leaves it",
        "triaged/store/view.py",
        "view.take_over(before, needs.numbers | view.survivors, needs.keys)",
        "view.take_over(before, needs.numbers, needs.keys)",
        (STORED,),
    ),
    Mutation(
        "what takes over a split incident takes over whose alerts come back to it",
        "triaged/core/response/timing.py",
        "if (split_from := old.lineage.split_from) else UNSET",
        "if (split_from := None) else UNSET",
        (SPLITTING,),
    ),
    Mutation(
        "what was moved to an incident goes on with it in the same batch",
        "triaged/store/saving.py",
        "            if known.new == move.old:\n",
        "            if known is None:\n",
        (STORED,),
    ),
    Mutation(
        "what ended after it was moved belongs to where it was moved",
        "triaged/store/saving.py",
        "changes.moved | changes.ends.keys() if changes.moves else changes.moved",
        "changes.moved",
        (STORED,),
    ),
    Mutation(
        "a merged incident is kept as long as its survivor",
        "triaged/store/retention.py",
        "WHERE s.number = incidents.merged_into)",
        "WHERE s.number = -1)",
        ("tests/store/test_retention.py",),
    ),
)
