"""Mail that comes in: a small SMTP listener, which hands each mail to who takes its recipient.

It stands behind a mail server of the house, on loopback by default, and relays nothing.

- `listener` speaks SMTP (aiosmtpd, the extra `mail`). It refuses recipients that nobody takes,
  ignores what no human wrote, and answers 250 only when the mail is on disk.
- `message` reads a mail: `Mail` has its author, subject and text.
- `recipients` knows who takes which address. A recipient `base+tag@domain` belongs to whoever
  takes `base@domain`, and the tag is given with the mail: `reports+checkout@example.org`.
- `contract` says what a taker is (`MailTaker`) and how it answers. To take another kind of mail,
  add a module with a taker, a key of `mail_in` with its address, a line in `Recipients.takers`.
- `reports` takes customers' reports, `replies` those of people to their pages.
"""
