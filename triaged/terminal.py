"""What a stream can show to the human who reads it."""

import os
from typing import TextIO


def in_colour(stream: TextIO) -> bool:
    """Whether it is a terminal whose user did not say NO_COLOR: https://no-color.org/."""
    return stream.isatty() and not os.environ.get("NO_COLOR")
