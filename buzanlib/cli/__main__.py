"""``python -m buzanlib.cli``, where the command itself is not on the search path."""

import sys

from buzanlib.cli import main

sys.exit(main())
