"""What every model class has, and how the classes are made.

A class is made when it is first named. It is mapped on its table when something first needs more.
Every import of this module inside a function waits for what a program really uses: SQLAlchemy's
ORM, pandas, or HTTP and the SDK.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Self, overload

from stripe_assets.catalog import Resource, catalog
from stripe_assets.models.model_type import ModelType

if TYPE_CHECKING:
    from datetime import datetime

    import pandas as pd
    import sqlalchemy as sa
    from sqlalchemy.orm import Session
    from stripe import StripeObject

    from stripe_assets.mirror import Mirror

_making = threading.Lock()


class Model(metaclass=ModelType):
    """A row of the mirror. Its class, its columns and its relationships come from the catalog."""

    resource: ClassVar[Resource]
    """What the catalog says about the resource."""

    @staticmethod
    def _class_of(name: str) -> type[Any]:
        """The class of another resource, for the modules that cannot import this one."""
        return model(name)

    @property
    def stripe_data(self) -> dict[str, Any]:
        """The object as Stripe's API sends it.

        References are ids, sublists are in their order, a tombstone has `deleted`. It takes one
        statement for the object, and one for each kind of item in its sublists. Raises
        sqlalchemy.orm.exc.DetachedInstanceError for a row without a session.
        """
        from stripe_assets.models.mapping import read_object  # noqa: PLC0415  # loads the ORM

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
        """Writes an object that Stripe has returned, and all that it needs. Returns its row.

        It needs the objects that it embeds and, read from Stripe once each, the missing objects to
        which it refers, those to which they refer, and so on. All of it is one transaction.

        Parameters:
            data: what the SDK returned, or the JSON as a dictionary.
            api_key: an alias or a secret; by default the key with which the SDK read the object,
                else the only key that reads objects of its account and mode.
            stripe_account: the connected account of the object, where the SDK does not say it.
            session: the call is part of its transaction, and the row belongs to it. Relationships
                of a row without such a session can be followed too.
            mirror: by default the session's, else that of STRIPE_ASSETS_DATABASE_URL.
            depth: how many steps of references to follow; by default all. With 0 the call asks
                Stripe only whose key it is, where that is unknown.
            observed_at: a time at which the object was so, where the SDK's answer has none (for the
                object in an event: its `created`). By default the object is the present state.

        A newer state in the mirror stays, and its row is returned. Where the order is unknown, the
        object is read again. An object that Stripe does not have or show is recorded as absent.
        Raises TypeError and ValueError for other data, InvalidApiKey, StripeError (Stripe does not
        say whose key it is, or lacks what had to be read again), SyncAborted and MirrorError.
        Nothing is written then.
        """
        from stripe_assets.models import syncing  # noqa: PLC0415  # loads HTTP and the SDK

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
        """Reads one object from Stripe, and writes it as `sync_from_stripe_data` does.

        Returns its row. That is a tombstone when Stripe no longer has the object.

        Parameters:
            id: left out for a resource of which an account has one object (`Balance.sync()`).
            parents: what Stripe asks for besides the id, as in `Card.sync("card_1",
                customer="cus_1")`. It is not needed for an object that has a row already.

        The other parameters are as in `sync_from_stripe_data`. Of several API keys, the call uses
        the one whose account has the row. Raises the same errors, and StripeError, for example
        NotFound for an object that neither Stripe nor the mirror has.
        """
        from stripe_assets.models import syncing  # noqa: PLC0415  # loads HTTP and the SDK

        place = {
            "api_key": api_key,
            "stripe_account": stripe_account,
            "session": session,
            "mirror": mirror,
        }
        return syncing.sync_one(cls, id, parents, depth, **place)[0]

    def refresh(self, *, api_key: str | None = None) -> Self:
        """Reads the object again from Stripe, as `sync` does. Returns this row in its new state.

        A row of the program's session is written in the transaction of that session, for the
        program to commit, as after `sync(session=…)`. Any other row is written in a transaction for
        this call. Raises as `sync`, and sqlalchemy.orm.exc.DetachedInstanceError for a row of a
        closed session.
        """
        from stripe_assets.models import syncing  # noqa: PLC0415  # loads HTTP and the SDK

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
        """The rows of every account and mode as a pandas DataFrame.

        Texts are `string`, integers `Int64`, floats `Float64`, booleans `boolean` and times
        `datetime64[us, UTC]`, with NA for NULL. Decimals are exact `Decimal` objects and JSON is
        Python objects, with None for NULL.

        Parameters:
            where: a condition on this class, as `Invoice.status == "open"`. By default all rows.
            mirror: by default that of STRIPE_ASSETS_DATABASE_URL.
            columns: names of columns, or attributes of the class. By default all columns.
            chunksize: rows per frame. The call then returns an iterator of frames, at least one,
                which reads them from the database one after another.
            deleted: whether tombstones are included.

        Raises ValueError for an unknown column, MirrorError.
        """
        from stripe_assets.models import frames  # noqa: PLC0415  # loads pandas

        query = frames.query(cls, where, columns, deleted)
        return (
            frames.whole(query, mirror)
            if chunksize is None
            else frames.chunks(query, mirror, chunksize)
        )

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            # Python calls this only for a missing attribute: a relationship that is used first.
            if not name.startswith("_sa_") and type(self)._relate(name):
                return getattr(self, name)
            raise AttributeError(
                f"{type(self).__name__!r} object has no attribute {name!r}", name=name, obj=self
            )

    def __reduce_ex__(self, protocol: Any) -> Any:
        # A pickled row names the relationships through which it was loaded. The process that
        # unpickles it has to have them first.
        from stripe_assets.models.mapping import relate_again, relationships  # noqa: PLC0415

        make, (cls, *arguments), *state = super().__reduce_ex__(protocol)
        return relate_again, (relationships(), make, cls, *arguments), *state

    def __repr__(self) -> str:
        # Only what is loaded: showing a row sends no statement.
        loaded = vars(self)
        owner = f"{loaded.get('_account_id')}, {'live' if loaded.get('_livemode') else 'test'}"
        deleted = ", deleted" if loaded.get("_deleted_at") else ""
        return f"<{type(self).__name__} {loaded.get('id')} ({owner}{deleted})>"


@functools.cache
def model_names() -> Mapping[str, str]:
    """Name or alias of a class → name of its resource."""
    resources = catalog().resources.values()
    names = {alias: resource.name for resource in resources for alias in resource.aliases}
    names.update({resource.class_name: resource.name for resource in resources})
    return MappingProxyType(names)


def model(name: str) -> type[Model]:
    """The class of a resource, by the name that Stripe's API uses: `checkout.session`.

    It is the same class each time. Raises KeyError for an unknown resource.
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
