"""File descriptors: as many as this process may have, for each connection takes one."""

import sys

ENOUGH = 65536


def raise_limit() -> None:
    """Lift the soft limit to the hard one, to 65,536 at most. Many systems start a process with 1,024."""
    if sys.platform == "win32":
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = ENOUGH if hard == resource.RLIM_INFINITY else min(hard, ENOUGH)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
