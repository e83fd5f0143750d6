"""Labels that are there before any rule is asked: out of texts, then out of tables."""

import msgspec

from triaged.core.model import Alert
from triaged.rules.extracting import Extraction, with_extracted
from triaged.rules.mapping import LabelMapping, with_mapped


class Labelling(msgspec.Struct, frozen=True):
    """What adds labels, in the order in which it does."""

    extractions: tuple[Extraction, ...] = ()
    mappings: tuple[LabelMapping, ...] = ()

    def seen(self, alert: Alert) -> Alert:
        """The alert as matchers and templates see it; tables see what was found in texts."""
        if self.extractions:
            alert = with_extracted(alert, self.extractions)
        return with_mapped(alert, self.mappings) if self.mappings else alert


NO_LABELLING = Labelling()
