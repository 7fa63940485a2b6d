"""What is asked in place of a request that got no answer of use: the same again, with another
cursor, with smaller pages, without what is optional.

A refusal is believed only when Stripe refuses the plain request too, some seconds later.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from stripe_assets.catalog.lists import asked_for
from stripe_assets.stripe_api import (
    AuthenticationFailed,
    MalformedPage,
    Stopped,
    StripeApi,
    StripeError,
)
from stripe_assets.sync import constants
from stripe_assets.sync.engine.before import Before
from stripe_assets.sync.engine.cursor import NO_TRIES
from stripe_assets.sync.engine.expansions import Expansions, Option, has_options
from stripe_assets.sync.engine.model_state import ModelStates
from stripe_assets.sync.engine.task import ListPage, Retrieve

ODD_ANSWERS = 2
"""How often a page is asked for again whose answer makes no sense."""

ReadTask = ListPage | Retrieve


@dataclass(frozen=True, slots=True)
class Again:
    """What is read instead."""

    task: ReadTask
    after: float = 0.0
    """Seconds until it is asked for."""
    parts: tuple[ListPage, ...] = ()
    """Parts that can be read in place of `task`."""
    without: tuple[Option, ...] = ()
    """What Stripe has just refused: the task is asked for without it."""


class AskAgain:
    def __init__(
        self, api: StripeApi, states: ModelStates, before: Before, expansions: Expansions
    ) -> None:
        self._api = api
        self._states = states
        self._before = before
        self._expansions = expansions

    def params(self, task: ReadTask) -> tuple[str, dict[str, Any]]:
        """Returns the path and the parameters of a request, as it is to be asked now."""
        path, params = task.request()
        if task.tries.refusal:
            return path, _plain(task)
        if "limit" in params and task.tries.limit:
            params["limit"] = task.tries.limit
        return path, self._expansions.without(self._states.place_of(task), params)

    def asked(self, task: ReadTask) -> frozenset[str]:
        """Returns what comes on request alone and was asked for, as paths below an object."""
        place = self._states.place_of(task)
        return asked_for(self._expansions.without(place, task.source.params))

    def instead_of(
        self, task: ReadTask, error: StripeError, asked: Mapping[str, Any] | None = None
    ) -> Again | StripeError:
        """Returns what is asked instead; or the error, where nothing else can be asked.

        `asked`: the parameters of the request. None: those that it would have now.
        """
        if task.tries.refusal:  # the plain request was refused: that is the answer
            return error
        if isinstance(task, Retrieve) and error.denies(task.wanted.id):
            return error
        if isinstance(error, MalformedPage) or error.refused_cursor:
            return self._odd(task, error)
        if again := self._without_options(task, error, asked):
            if not isinstance(again, StripeError):
                return again
            error = again
        if error.refused and _is_later_page(task):
            return self._odd(task, error)
        if error.can_be_about_size and (smaller := _smaller(task)):
            return Again(smaller)
        if error.refused and not self._was_refused(task):
            self._states.suspect(task.model, self._states.place_of(task))
            tries = replace(task.tries, refusal=error)
            return Again(replace(task, tries=tries), constants.ASKED_AGAIN_AFTER)
        return error

    def _was_refused(self, task: ReadTask) -> bool:
        """Whether Stripe refused this the last time as well."""
        reader, model, before = task.source.reader, task.model, self._before
        return before.was_refused(reader, model) or before.holes.is_unavailable(
            reader, model, task.key
        )

    def _odd(self, task: ReadTask, error: StripeError) -> Again | StripeError:
        """A page that makes no sense, or a page that is refused although the one before came."""
        if isinstance(task, ListPage) and error.refused_cursor and not task.cursor.restarted:
            return Again(replace(task, cursor=task.cursor.older()))
        if task.tries.odd < ODD_ANSWERS:
            tries = replace(task.tries, odd=task.tries.odd + 1)
            return Again(replace(task, tries=tries), constants.ASKED_AGAIN_AFTER)
        if isinstance(task, ListPage) and task.cursor.ids and not task.cursor.restarted:
            # A part that the failing cursor is not in can be read to its end all the same.
            created, again = task.cursor.created, replace(task, tries=NO_TRIES)
            parts = again.around(created) if created is not None else ()
            return Again(replace(again, cursor=task.cursor.at_start()), parts=parts)
        return error

    def _without_options(
        self, task: ReadTask, error: StripeError, asked: Mapping[str, Any] | None
    ) -> Again | StripeError | None:
        """Returns what is asked instead, the error of the request without options, or None where
        options are not to blame."""
        about_size = error.can_be_about_size and task.tries.limit is None
        if not (error.refused or about_size):
            return None
        path, params = self.params(task)
        if asked is not None and asked != params:  # another thread has found out meanwhile
            return Again(task)
        # What was refused before is believed without a smaller page, but not with expansions.
        with_size = error.refused and "limit" in params and not self._was_refused(task)
        if not with_size and not has_options(params):
            return None
        source, place = task.source, self._states.place_of(task)

        def ask(tried: Mapping[str, Any]) -> StripeError | None:
            self._states.request(source.model, source.reader.account_id)
            try:
                answer = self._api.get(
                    path,
                    tried,
                    stripe_account=place[0],
                    endpoint=source.endpoint,
                    patient=False,
                )
                task.page(answer)
            except (AuthenticationFailed, Stopped):
                raise
            except StripeError as refusal:
                return refusal
            return None

        try:
            found = self._expansions.find_refused(place, params, ask, error, with_size=with_size)
        except (AuthenticationFailed, Stopped):
            raise
        except StripeError as plain:
            return plain
        return None if found is None else Again(task, without=tuple(found))


def _plain(task: ReadTask) -> dict[str, Any]:
    """Returns the parameters that Stripe requires."""
    params = task.source.params
    return {name: params[name] for name in sorted(task.source.required) if name in params}


def _is_later_page(task: ReadTask) -> bool:
    return isinstance(task, ListPage) and bool(task.cursor.ids)


def _smaller(task: ReadTask) -> ListPage | None:
    """Returns the task with pages of half the size. None where they have one object."""
    if not isinstance(task, ListPage):
        return None
    limit = (task.tries.limit or task.source.params.get("limit") or 1) // 2
    if not limit:
        return None
    return replace(task, tries=replace(task.tries, limit=limit, limited_at=task.cursor.pages))
