"""``python -m freshmark`` is the command ``freshmark``."""

from freshmark.cli import main

if __name__ == "__main__":
    main()
