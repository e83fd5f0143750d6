from triaged.core.records.matching import Matcher
from triaged.core.records.silences import Silence


def test_a_silence_mutes_from_its_start_until_before_its_end() -> None:
    silence = Silence("s1", (Matcher("pod", "=", "a"),), 10, 20, "bob", "why", updated_at=0)

    assert [silence.active(at) for at in (9, 10, 19, 20)] == [False, True, True, False]
