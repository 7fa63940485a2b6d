"""What the POST and DELETE of single routes do besides storing parameters. `table` has them all.

It may import what `behaviour` may, and of `behaviour` all but `writes`, which uses it.
"""
