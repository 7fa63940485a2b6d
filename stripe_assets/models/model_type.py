"""The metaclass of the models: it maps a class when something first needs more than its name."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

_namespace = type.__dict__["__dict__"].__get__


class ModelType(type):
    """Maps its class when SQLAlchemy or a program looks for what only a mapped class has.

    Until then SQLAlchemy's ORM is not loaded: that takes longer than all else in an import of a
    model.
    """

    @property  # type: ignore[misc]
    def __dict__(cls) -> MappingProxyType[str, Any]:  # type: ignore[override]
        # SQLAlchemy looks here to find out whether a class is mapped.
        cls._map()
        return _namespace(cls)

    if not TYPE_CHECKING:  # a type checker knows all attributes from the stubs

        def __getattr__(cls, name: str) -> Any:
            # Python calls this only for an attribute that is missing: a column of a class that is
            # not mapped yet, or a relationship that is used for the first time.
            if cls._map() or cls._relate(name):
                return getattr(cls, name)
            raise AttributeError(
                f"type object {cls.__name__!r} has no attribute {name!r}", name=name, obj=cls
            )

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        cls._map()
        return super().__call__(*args, **kwargs)

    def __dir__(cls) -> list[str]:
        if not cls._is_model():
            return sorted(super().__dir__())
        from stripe_assets.models.mapping import relations_of  # noqa: PLC0415  # loads the ORM

        return sorted({*super().__dir__(), *_namespace(cls), *relations_of(cls)})

    def _is_model(cls) -> bool:
        return "resource" in _namespace(cls)

    def _map(cls) -> bool:
        """Whether this call has mapped the class."""
        if not cls._is_model() or "__mapper__" in _namespace(cls):
            return False
        from stripe_assets.models.mapping import map_class  # noqa: PLC0415  # loads the ORM

        return map_class(cls)

    def _relate(cls, name: str) -> bool:
        """Whether the class has the relationship of this name now."""
        if name.startswith("__") or "__mapper__" not in _namespace(cls):
            return False
        from stripe_assets.models.mapping import relate  # noqa: PLC0415  # loads the ORM

        return relate(cls, name)
