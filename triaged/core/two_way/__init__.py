"""Messages that are edited, buttons that are pressed, commands that are typed, receipts."""
