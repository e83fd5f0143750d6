"""200 texts that try to ping, to link, to format or to break a message."""

from itertools import product

SEEDS = (
    "@everyone",
    "@here @channel @all",
    "<@123456789012345678> <@&123456789012345678>",
    "<!channel> <!here|x> <@U012AB3CD>",
    "<#123456789012345678> </ban:123456789012345678>",
    "<t:1618953630:R> <:boom:123456789012345678>",
    "@alice:example.org @room",
    "**bold** __bold__ *i* _i_ ~~s~~ ||spoiler||",
    "`code` ```js\nalert(1)\n```",
    "# heading\n## heading\n- list\n1. list",
    "> quote\n>>> quote",
    "[click](https://evil.example) <https://evil.example>",
    "![image](https://evil.example/x.png)",
    "https://evil.example/?a=b&c=d ftp://evil.example",
    "<a href='https://evil.example'>x</a><script>alert(1)</script>",
    "</pre></code></p><img src=x onerror=alert(1)>",
    "&lt;b&gt; &amp; &#64;everyone",
    "\\@everyone \\*x\\* \\\\",
    "\u202eevil\u202c \u200b@everyone \ufeff",
    "\x00\x1b[31m\x07\r\nBcc: a@b\r\n.",
    "| a | b |\n| - | - |\n~town-square #hashtag :boom:",
    '{"text": "x"} ${jndi:ldap://x} {{7*7}} %s %n',
    "🚨👨‍👩‍👧‍👦é̂ \ud7ff\ufffd 字" * 3,
    "x" * 3000,
    "\\" * 2500,
)
FRAMES = ("{}", "x {} y", "\n{}", "({})", "*{}*", "{0}{0}", "\\{}", "`{}")
HOSTILE = tuple(
    frame.replace("{0}", "{}").replace("{}", seed) for frame, seed in product(FRAMES, SEEDS)
)
assert len(HOSTILE) == 200
