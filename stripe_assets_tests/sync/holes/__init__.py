"""What the tests of holes share: a sandbox with false answers, a small account, and a comparison.

| module | what it is |
| --- | --- |
| `server` | the sandbox in this process, with a hand on each of its answers |
| `asked` | a request, and the kind of place that it is in a run |
| `answers` | false answers of servers and gateways, and errors in Stripe's shape |
| `pages` | false pages, items and sublists |
| `expansions` | refusals of one expansion |
| `faults` | the table of all faults: where each can happen, and how long it may last |
| `plan` | the faults of one run, drawn from a seed |
| `account` | a small account with every kind of list, and its changes |
| `truth` | what the sandbox holds, by a plain walk without faults |
| `compare` | the rows of the mirror beside the truth |
| `verdict` | what a run says of itself, and whether that is true |
| `scenario` | the runs of one seed |
"""
