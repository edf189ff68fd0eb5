"""Whether this process works: a process that lives and polls no more must not look like a worker."""

from temporalio.worker import Worker


class Working:
    """The Workers of one process. It works while every one of them polls."""

    def __init__(self) -> None:
        self._workers: list[Worker] = []
        self._failed = False

    def begin(self, *workers: Worker) -> None:
        """These poll from now on."""
        self._workers += workers

    async def failed(self, error: BaseException) -> None:
        """One of them ends by a fault: it polls no more, and its end may take long, or never come."""
        self._failed = True

    def works(self) -> bool:
        """Whether all of them poll."""
        return bool(self._workers) and not self._failed and all(worker.is_running for worker in self._workers)
