"""What a POST or DELETE does besides storing its parameters, route by route. `table` has them all.

It may import what `behaviour` may, and of `behaviour` all but `writes`, which uses it.
"""
