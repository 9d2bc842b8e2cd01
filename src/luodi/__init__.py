"""Take a language model into one business scenario, and keep it working there.

>>> import luodi
>>> luodi.__version__
'0.1.0'
"""

import importlib
from typing import Any

__version__ = "0.1.0"

_PUBLIC = {
    "load": ("luodi.scenario", "load"),
    "run": ("luodi.runner", "run"),
    "open_bundle": ("luodi.bundle", "open_bundle"),
    "LuodiError": ("luodi.errors", "LuodiError"),
}
__all__ = ["__version__", *_PUBLIC]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used, so that `import luodi` costs nothing."""
    if name not in _PUBLIC:
        raise AttributeError(f"module 'luodi' has no attribute {name!r}")
    module, attribute = _PUBLIC[name]
    return getattr(importlib.import_module(module), attribute)
