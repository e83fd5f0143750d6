"""Messages from elsewhere that are on a timeline: each is imported once."""

from triaged.core.records.practice.notes import ImportedMessage
from triaged.store.tables.practice_rows.row_table import RowTable

TABLE = RowTable(ImportedMessage, "imported_messages")
