"""Figures in words: spans that name their anchors, and short times."""

from collections.abc import Iterable

from triaged.core.practice.learning.figures import ANCHORS, Figures, PhaseTime, Spread
from triaged.core.time.durations import DAY, HOUR, MINUTE, SECOND


def time_text(us: int) -> str:
    """`45 s`, `1 m 40 s`, `6 m`, `2 h 05 m`, `3 d 4 h`: two units at most."""
    seconds = us // SECOND
    if us < MINUTE:
        return f"{seconds} s"
    if us < HOUR:
        minutes, rest = divmod(seconds, 60)
        return f"{minutes} m {rest} s" if rest else f"{minutes} m"
    if us < DAY:
        hours, rest = divmod(seconds // 60, 60)
        return f"{hours} h {rest:02} m" if rest else f"{hours} h"
    days, rest = divmod(seconds // 3600, 24)
    return f"{days} d {rest} h" if rest else f"{days} d"


def span_sentences(figures: Figures) -> dict[str, str]:
    """By name: the anchors of a span, how it lies, and what was left out."""
    excluded = left_out(figures)
    said = f", {excluded} excluded" if excluded else ""
    return {
        name: f"{ANCHORS[name]}, {spread_text(spread)}{said}"
        for name, spread in figures.spans.items()
    }


def left_out(figures: Figures) -> str:
    """`3 drills, 1 notice`; empty where nothing was left out."""
    nouns = {"drill": figures.drills, "notice": figures.notices}
    nouns["merged incident"] = figures.merged
    return ", ".join(number_of(number, noun) for noun, number in nouns.items() if number)


def number_of(number: int, noun: str) -> str:
    """`1 drill`, `3 drills`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def spread_text(spread: Spread) -> str:
    """`p50 1 m 40 s, p90 6 m, n = 41`."""
    if spread.p50 is None or spread.p90 is None:
        return "n = 0"
    return f"p50 {time_text(spread.p50)}, p90 {time_text(spread.p90)}, n = {spread.n}"


def phase_sentence(one: PhaseTime) -> str:
    """`triage, p50 4 m, p90 12 m, n = 9, guide 10 m kept 7 of 9`."""
    said = f"{one.phase}, {spread_text(one.spread)}"
    if one.guide_us is not None and one.spread.n:
        said += f", guide {time_text(one.guide_us)} kept {one.within} of {one.spread.n}"
    return said


def share_text(part: int, whole: int) -> str:
    """`18 of 20 (90 %)`; `none` of nothing."""
    return f"{part} of {whole} ({100 * part // whole} %)" if whole else "none"


def sentences(figures: Figures) -> Iterable[str]:
    """All figures, a sentence each."""
    yield from span_sentences(figures).values()
    yield from (phase_sentence(one) for one in figures.phases if one.spread.n)
    yield f"updates on time, {share_text(figures.updates_on_time, figures.updates)}"
    yield f"actionable pages, {share_text(figures.pages_acted, figures.pages)}"
