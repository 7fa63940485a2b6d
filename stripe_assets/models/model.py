"""What every model class has, and how a class comes to be: named at once, mapped when something first asks for more."""

from __future__ import annotations

import functools
import threading
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Self, overload

from stripe_assets.catalog import Resource, catalog

if TYPE_CHECKING:
    from datetime import datetime

    import pandas as pd
    import sqlalchemy as sa
    from sqlalchemy.orm import Session
    from stripe import StripeObject

    from stripe_assets.mirror import Mirror

_making = threading.Lock()
_namespace = type.__dict__["__dict__"].__get__


class ModelType(type):
    """Maps its class on the table when SQLAlchemy, or anyone, looks for what only a mapped class has.

    SQLAlchemy's ORM takes longer to load than everything else that `from stripe_assets.models import Invoice` does.
    """

    @property  # type: ignore[misc]
    def __dict__(cls) -> MappingProxyType[str, Any]:  # type: ignore[override]
        # SQLAlchemy finds out here whether a class is mapped.
        cls._map()
        return _namespace(cls)

    if not TYPE_CHECKING:  # which has all the attributes from the stubs

        def __getattr__(cls, name: str) -> Any:
            # Only what is not there yet: the columns of a class that is not mapped, or a relationship's first use.
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
        from stripe_assets.models.mapping import relations_of  # noqa: PLC0415  # see the class

        return sorted({*super().__dir__(), *_namespace(cls), *relations_of(cls)})

    def _is_model(cls) -> bool:
        return "resource" in _namespace(cls)

    def _map(cls) -> bool:
        """Whether this call has mapped the class."""
        if not cls._is_model() or "__mapper__" in _namespace(cls):
            return False
        from stripe_assets.models.mapping import map_class  # noqa: PLC0415  # see the class

        return map_class(cls)

    def _relate(cls, name: str) -> bool:
        """Whether the class has the relationship of this name now."""
        if name.startswith("__") or "__mapper__" not in _namespace(cls):
            return False
        from stripe_assets.models.mapping import relate  # noqa: PLC0415  # see the class

        return relate(cls, name)


class Model(metaclass=ModelType):
    """A row of the mirror. Its class, its columns and its relationships come from the catalog."""

    resource: ClassVar[Resource]
    """What the catalog says of it."""

    @property
    def stripe_data(self) -> dict[str, Any]:
        """The object as Stripe's API sends it: references as ids, sublists in order, `deleted` on what is a tombstone.

        Read from the database by one statement for the object and one for each kind of item in its sublists. Raises
        sqlalchemy.orm.exc.DetachedInstanceError for a row without a session.
        """
        from stripe_assets.models.mapping import read_object  # noqa: PLC0415  # the class is there before it is mapped

        return read_object(self)

    @classmethod
    def sync_from_stripe_data(
        cls,
        data: StripeObject | Mapping[str, Any],
        *,
        api_key: str | None = None,
        stripe_account: str | None = None,
        session: Session | None = None,
        mirror: Mirror | None = None,
        depth: int | None = None,
        observed_at: datetime | None = None,
    ) -> Self:
        """Writes an object that Stripe has returned, with what it embeds, and what it refers to and is missing: read from Stripe until
        nothing is, each object once. All of it in one transaction. Returns its row.

        Parameters: data: what the SDK returned, or the JSON as a dictionary. api_key: an alias or a secret; by default the key by which the
        SDK has read it, else the only one that reads objects of its account and mode. stripe_account: the connected account whose object
        it is, where the SDK does not tell. session: it is written in that session's transaction, and its row belongs to it; by default in
        a transaction of its own, and relationships of the row can be followed all the same. mirror: by default the session's, else that of
        STRIPE_ASSETS_DATABASE_URL. depth: how many steps of references are followed; 0 sends nothing to Stripe but, where it is not known,
        whose key it is. observed_at: since when it is known to be so, where the SDK's answer does not tell (an event's `created`, for
        what it carries); by default the object is taken for its present state.

        A state that the mirror observed later stays, and is what is returned; where it cannot be told which is newer the object is read
        again. What Stripe does not have or not show is recorded as absent and logged. Raises TypeError and ValueError for what is no such
        object, InvalidApiKey, StripeError where Stripe does not say whose key it is or has no longer what had to be read again,
        SyncAborted and MirrorError: nothing is written then.
        """
        from stripe_assets.models import syncing  # noqa: PLC0415  # HTTP, threads and the SDK: only who syncs pays

        return syncing.sync_given(
            cls,
            data,
            depth,
            observed_at,
            api_key=api_key,
            stripe_account=stripe_account,
            session=session,
            mirror=mirror,
        )

    @classmethod
    def sync(
        cls,
        id: str | None = None,
        *,
        api_key: str | None = None,
        stripe_account: str | None = None,
        session: Session | None = None,
        mirror: Mirror | None = None,
        depth: int | None = None,
        **parents: str,
    ) -> Self:
        """Reads one object from Stripe and writes it as `sync_from_stripe_data` does. Returns its row: a tombstone where Stripe no
        longer has it.

        Parameters: id: none for what an account has one of (`Balance.sync()`). parents: what Stripe wants besides the id, as
        `Card.sync("card_1", customer="cus_1")`; for an object that was synced before its row tells. The others as above; of several
        API keys it is the one whose account has the row. Raises as above, and StripeError, as NotFound, for what neither Stripe nor the
        mirror has.
        """
        from stripe_assets.models import syncing  # noqa: PLC0415  # see above

        place = {
            "api_key": api_key,
            "stripe_account": stripe_account,
            "session": session,
            "mirror": mirror,
        }
        return syncing.sync_one(cls, id, parents, depth, **place)[0]

    def refresh(self, *, api_key: str | None = None) -> Self:
        """Reads the object again from Stripe, as `sync` does, and returns this row in its new state.

        A row of a session is written in that session's transaction: commit it, as after `sync(session=…)`. One that was returned without a
        session is written in a transaction of its own. Raises sqlalchemy.orm.exc.DetachedInstanceError for a row of a closed session.
        """
        from stripe_assets.models import syncing  # noqa: PLC0415  # see above

        return syncing.sync_again(self, api_key)

    if TYPE_CHECKING:

        @overload
        @classmethod
        def frame(
            cls,
            where: sa.ColumnElement[bool] | None = None,
            *,
            mirror: Mirror | None = None,
            columns: Sequence[Any] | None = None,
            chunksize: None = None,
            deleted: bool = False,
        ) -> pd.DataFrame: ...

        @overload
        @classmethod
        def frame(
            cls,
            where: sa.ColumnElement[bool] | None = None,
            *,
            mirror: Mirror | None = None,
            columns: Sequence[Any] | None = None,
            chunksize: int,
            deleted: bool = False,
        ) -> Iterator[pd.DataFrame]: ...

    @classmethod
    def frame(
        cls,
        where: sa.ColumnElement[bool] | None = None,
        *,
        mirror: Mirror | None = None,
        columns: Sequence[Any] | None = None,
        chunksize: int | None = None,
        deleted: bool = False,
    ) -> pd.DataFrame | Iterator[pd.DataFrame]:
        """The table, or the rows for which a condition holds, of every account and mode, as pandas has them.

        Texts are `string`, integers `Int64`, floats `Float64`, booleans `boolean`, times `datetime64[us, UTC]`: NA where the row has
        NULL. Decimals are exact `Decimal` objects and JSON is Python objects, None where the row has NULL.

        Parameters: where: a condition on this class, as `Invoice.status == "open"`. mirror: by default that of
        STRIPE_ASSETS_DATABASE_URL. columns: names of columns, or the class's attributes; all by default. chunksize: rows a
        frame; an iterator of frames is returned, at least one, read from the database one after another. deleted: with the tombstones.
        Raises ValueError for an unknown column, MirrorError.
        """
        from stripe_assets.models import frames  # noqa: PLC0415  # pandas: only who asks for a frame pays

        query = frames.query(cls, where, columns, deleted)
        return (
            frames.whole(query, mirror)
            if chunksize is None
            else frames.chunks(query, mirror, chunksize)
        )

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            # Called for what the class does not have: a relationship's first use.
            if not name.startswith("_sa_") and type(self)._relate(name):
                return getattr(self, name)
            raise AttributeError(
                f"{type(self).__name__!r} object has no attribute {name!r}", name=name, obj=self
            )

    def __reduce_ex__(self, protocol: Any) -> Any:
        # A pickled row names the relationships by which it was loaded: where it is unpickled they have to be there first.
        from stripe_assets.models.mapping import relate_again, relationships  # noqa: PLC0415  # the class is there before it is mapped

        make, (cls, *arguments), *state = super().__reduce_ex__(protocol)
        return relate_again, (relationships(), make, cls, *arguments), *state

    def __repr__(self) -> str:
        # What is loaded: showing an object asks the database nothing.
        loaded = vars(self)
        owner = f"{loaded.get('_account_id')}, {'live' if loaded.get('_livemode') else 'test'}"
        return f"<{type(self).__name__} {loaded.get('id')} ({owner}{', deleted' if loaded.get('_deleted_at') else ''})>"


@functools.cache
def model_names() -> Mapping[str, str]:
    """Class name or alias → the resource's name."""
    resources = catalog().resources.values()
    names = {alias: resource.name for resource in resources for alias in resource.aliases}
    names.update({resource.class_name: resource.name for resource in resources})
    return MappingProxyType(names)


def model(name: str) -> type[Model]:
    """The class of a resource, by the name that Stripe's API has for it: `checkout.session`. Always the same one.

    Raises KeyError.
    """
    with _making:
        return _made(name)


@functools.cache
def _made(name: str) -> type[Model]:
    resource = catalog()[name]
    return ModelType(
        resource.class_name,
        (Model,),
        {"resource": resource, "__module__": __package__, "__doc__": f"Stripe's {name}."},
    )
