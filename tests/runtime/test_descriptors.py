"""A process takes as many file descriptors as it may."""

import subprocess
import sys

ASK = """
import resource
resource.setrlimit(resource.RLIMIT_NOFILE, (64, 4096))
from roust.runtime.descriptors import raise_limit
raise_limit()
print(*resource.getrlimit(resource.RLIMIT_NOFILE))
"""


def test_the_soft_limit_is_lifted_to_the_hard_one() -> None:
    said = subprocess.run([sys.executable, "-c", ASK], capture_output=True, text=True, check=True).stdout
    assert said.split() == ["4096", "4096"]
