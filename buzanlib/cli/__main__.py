"""``python -m buzanlib.cli``, where the command itself is not on the search path.

Python itself puts the working folder first on the search path, and `buzan` does not: in a folder of somebody else's
give ``python -P -m buzanlib.cli``.
"""

import sys

if not sys.flags.safe_path:
    del sys.path[0]  # nothing that is imported from here on may come from the working folder

from buzanlib.cli import main

sys.exit(main())
