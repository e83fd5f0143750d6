"""Open sets are folders: a module's name in the folder is the name of the kind.

What a module of a folder must have is a `Protocol` in the folder's `contract.py`; what it may have
is one `Protocol` for each. An `OpenSet` loads the modules and checks them.
"""

import importlib
import inspect
import pkgutil
from functools import cache
from types import ModuleType
from typing import Any, Generic, TypeVar

CONTRACT = "contract"
"""The module of a folder that says what the others have in common; it is no kind itself."""

Kind = TypeVar("Kind")


class NotAKind(TypeError):
    """A module in the folder of an open set does not have what the folder's contract asks for."""


@cache
def kinds(package: str) -> tuple[str, ...]:
    """The names of the public modules in the folder of `package` (dotted), sorted."""
    folder = importlib.import_module(package)
    modules = pkgutil.iter_modules(folder.__path__)
    return tuple(
        sorted(
            name
            for _, name, is_package in modules
            if name[0] != "_" and name != CONTRACT and not is_package
        )
    )


@cache
def load(package: str, kind: str) -> ModuleType:
    """The module `kind` of the folder `package`; KeyError when there is none."""
    if kind not in kinds(package):
        raise KeyError(kind)
    return importlib.import_module(f"{package}.{kind}")


class OpenSet(Generic[Kind]):
    """The kinds of one folder, each a module that fulfils the protocol `Kind`."""

    def __init__(self, package: str, contract: type, *hooks: type) -> None:
        """`contract` is `Kind` itself, whose members are required; those of `hooks` are not."""
        self.package = package
        self._contract = contract
        self._hooks = hooks
        self._loaded: dict[str, Kind] = {}

    @property
    def kinds(self) -> tuple[str, ...]:
        """The names of the kinds, sorted."""
        return kinds(self.package)

    def load(self, kind: str) -> Kind:
        """The module of `kind`. KeyError when there is none, `NotAKind` when it is unfit."""
        found = self._loaded.get(kind)
        if found is None:
            module: Any = load(self.package, kind)
            problems = unfit(module, self._contract)
            for hook in self._hooks:
                if any(hasattr(module, name) for name in members(hook)):
                    problems += unfit(module, hook)
            if problems:
                raise NotAKind(f"{module.__name__}: {'; '.join(problems)}")
            found = self._loaded[kind] = module
        return found


def members(protocol: type) -> tuple[str, ...]:
    """The names that a protocol of this project asks for, in the order in which it lists them."""
    fields = inspect.get_annotations(protocol)
    return (*fields, *(name for name in vars(protocol) if name[0] != "_" and name not in fields))


def unfit(module: ModuleType, protocol: type) -> list[str]:
    """What keeps `module` from having what `protocol` asks for: a sentence each.

    Types are for mypy; here names and parameters are compared.
    """
    problems = []
    for name in members(protocol):
        wanted, found = getattr(protocol, name, None), getattr(module, name, None)
        if not hasattr(module, name):
            problems.append(f"`{name}` is missing, which {protocol.__name__} asks for")
        elif inspect.isfunction(wanted):
            expected = list(inspect.signature(wanted).parameters)[1:]
            given = list(inspect.signature(found).parameters) if inspect.isfunction(found) else None
            if given != expected:
                call = f"{name}({', '.join(expected)})"
                problems.append(f"`{name}` is not the function {call} of {protocol.__name__}")
    return problems
