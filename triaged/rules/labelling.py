"""Labels that are there before any rule is asked: out of texts, then out of tables."""

import msgspec
from msgspec.structs import replace

from triaged.core.records.labels import Exporters
from triaged.core.records.model import Alert
from triaged.rules.extracting import Extraction, with_extracted
from triaged.rules.mapping import LabelMapping, with_mapped
from triaged.rules.recognising import recognised

USUAL_EXPORTERS = Exporters()


class AddedLabel(msgspec.Struct, frozen=True):
    """A label that the sender did not send, and where it came from."""

    name: str
    value: str
    by: str
    """`extract:NAME`, `mapping:NAME`, or `recognised:NAME`."""
    because: str
    """The text that was read: `annotations.description`, or the cells of the row, `cluster=*`."""
    where: str
    """FILE:LINE:COL of the entry in `extract`; FILE:LINE of the row of a table; else empty."""


class Labelling(msgspec.Struct, frozen=True):
    """The extractions, then the tables, that add labels, in the order in which they do."""

    extractions: tuple[Extraction, ...] = ()
    mappings: tuple[LabelMapping, ...] = ()
    exporters: Exporters = USUAL_EXPORTERS
    """Values of the label `service` that name no service."""

    def seen(self, alert: Alert) -> Alert:
        """The alert as matchers and templates see it; tables see what was found in texts."""
        found = recognised(alert)
        if found:
            alert = replace(alert, labels={**alert.labels, **found})
        if self.extractions:
            alert = with_extracted(alert, self.extractions)
        return with_mapped(alert, self.mappings) if self.mappings else alert

    def added(self, alert: Alert) -> list[AddedLabel]:
        """The labels that `seen` adds to an alert as it was sent, in the order of adding."""
        found = {
            name: AddedLabel(name, value, f"recognised:{name}", "the alert itself", "")
            for name, value in recognised(alert).items()
        }
        for one in self.extractions:
            for name, value in sorted(one.labels(alert).items()):
                by, text = f"extract:{one.name}", str(one.field)
                found.setdefault(name, AddedLabel(name, value, by, text, one.where))
        found = {name: one for name, one in found.items() if name not in alert.labels}
        labels = {**alert.labels, **{name: one.value for name, one in found.items()}}
        for mapping in self.mappings:
            row = mapping.row(labels)
            if row is None:
                continue
            cells = zip(mapping.table.columns.match, row.key, strict=True)
            because = ", ".join(f"{column}={cell}" for column, cell in cells)
            where, by = f"{mapping.file}:{row.line}", f"mapping:{mapping.name}"
            for name, value in row.labels.items():
                if name not in labels:
                    found[name] = AddedLabel(name, value, by, because, where)
            labels = {**row.labels, **labels}
        return list(found.values())


NO_LABELLING = Labelling()
