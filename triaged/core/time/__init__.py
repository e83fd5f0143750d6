"""Time as people mean it: durations, recurring times, business calendars, who is on call."""
