"""What takes minutes: it is collected where `make check-hosting` asks for it."""

import os

collect_ignore_glob = [] if os.environ.get("DIARY_HOSTING") == "1" else ["test_*.py"]
