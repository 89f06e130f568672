"""`python -m experiments.cli`: the command where its script is not installed."""

import sys

from experiments.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
