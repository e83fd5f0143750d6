"""`python -m triaged` is `triaged`."""

import sys

from triaged.cli.main import main

sys.exit(main())
