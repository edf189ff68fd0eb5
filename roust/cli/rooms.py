"""The rooms beside the wheel: loaded by name, and only by the commands that start them."""

from importlib import import_module
from types import ModuleType

from roust.domain.errors import RoustError


class NoRooms(RoustError):
    """Only the client is installed here."""


def room(name: str) -> ModuleType:
    """The module `name` of `api`, `worker` or `workflows`. Raises NoRooms where only the wheel is installed."""
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        if error.name is None or not name.startswith(error.name):
            raise
        raise NoRooms(
            "this is the client alone; `roust demo`, `up`, `api`, `worker` and `rehearse` run from the checkout or the "
            'image (see the README, "Two commands")'
        ) from error
