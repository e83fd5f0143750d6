"""Calendar feeds: iCalendar bodies read into shifts, and shifts written as iCalendar."""
