"""Control calls under `/_sandbox/`, without a key: a test sets the sandbox up and asks about it.

It may import what `http` may. The body of a POST is a JSON object, and so is each answer.

The log and the state:

- `GET log?since=N`: the requests after the N-th.
- `POST log/clear`: empties the log.
- `GET state`: the clock, the seed, and how many objects of each resource every account has.
- `POST clock` (`now`, or `advance` in seconds): sets the clock.
- `POST reset`: ends all conditions (the next group) and empties the log.
- `POST start-over`: all data is again as at the start.

Conditions, which last until the next call of their kind, or `reset`:

- `POST faults` (the fields of `Fault` and of `FaultError`): adds a fault. `kind` is `status`,
  `drop`, `truncate` or `hang`. `times: null` never ends.
- `POST faults/clear`: ends all faults.
- `POST limits` (`enabled`, `per_account`, `per_endpoint`): rate limits, in requests a second.
- `POST latency` (`seconds`): each answer waits.
- `POST only` (`prefixes`): only URLs with these prefixes are known. An empty list: all are.
- `POST eventual` (`seconds`, `resources`): lists have new objects only after that time. 0 ends it.
- `POST rendering` (`api_version`): new events have this version, and the shape of an older one.
  null ends it.
- `POST deliveries` (`fail`, `account`, `types` with `*`, `delay`): the deliveries of new events
  fail, or succeed again.

Data:

- `POST objects` (`resource`, `object`; optional `account`, `livemode`, `parent`, `links`, `event`,
  `listed`): creates an object.
- `GET objects?resource=R` (also `account`, `livemode`, `fields` with commas, `*` for all): the ids
  and these fields of all objects, in the order of their creation.
- `POST objects/change` (`resource`, `id`, `changes`, `links`, `event`): sets top-level fields.
- `POST objects/delete` (`resource`, `id`, `event`): deletes an object with what depends on it, as
  a customer's sources.
- `POST discounts` (`resource`, `id`, `coupon`, `event`): gives a customer or a subscription a
  discount. It replaces the one before.
- `POST events` (`type`, `object`; optional `account`, `created`, `api_version`, `previous`,
  `data`): writes an event without any change. The type may be unknown and the object null.
  `data` replaces all of the event's `data`.
- `POST deliveries/mark` (`delivered`; optional `ids`, `account`, `livemode`): says whether the
  deliveries of earlier events succeeded.
- `POST batch` (`calls`, a list of [name, body]): several POST calls. The answers come in order. The
  first refusal ends the batch.

Fields that several calls have:

- `account` and `livemode`: left out, they are the platform's test mode.
- `event`: false for no event, or a type. Left out, it is the type that Stripe sends.
- `parent`: [id, last part of the nested route], where no field of the object names its parent.
- `links`: what a list filters by although no field has it, as a balance transaction's `payout`.

Connected accounts: creating an `account` connects one. Deleting it ends the platform's access: the
account is in no list, and its calls get a 403 (`account_invalid`). The platform's events then have
`account.application.deauthorized`.

Deliveries: with `fail` true, the delivery of an event fails if an enabled endpoint takes its type.
That is an endpoint of the event's account, or one that the platform made with `connect`. Where the
call names an `account` or `types`, their events fail also without an endpoint. A failed event has
`pending_webhooks` and is listed for `delivery_success=false`. With `delay` (in seconds, also
without `fail`) the delivery succeeds later, as by a slow endpoint. `fail` false without `delay`
ends all outages, or those of an `account`. Earlier events stay failed until `deliveries/mark`.
Without `ids` that call marks all failed events of the account as delivered, as after a retry.
"""
