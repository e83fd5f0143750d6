"""Open sets are folders: a module's name in the folder is the name of the kind."""

import importlib
import pkgutil
from functools import cache
from types import ModuleType


@cache
def kinds(package: str) -> tuple[str, ...]:
    """The names of the public modules in the folder of `package` (dotted), sorted."""
    folder = importlib.import_module(package)
    modules = pkgutil.iter_modules(folder.__path__)
    return tuple(
        sorted(name for _, name, is_package in modules if name[0] != "_" and not is_package)
    )


@cache
def load(package: str, kind: str) -> ModuleType:
    """The module `kind` of the folder `package`; KeyError when there is none."""
    if kind not in kinds(package):
        raise KeyError(kind)
    return importlib.import_module(f"{package}.{kind}")
