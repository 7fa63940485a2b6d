"""Dagster: assets, partitions, jobs, sensors and schedules, and the run of each API key.

May import everything in the project but `cli`, and dagster. What a run does is in
`stripe_assets.sync`; here a run gets its partition, its selection, its log and its place in the UI.

- `translator`: what an asset looks like. `assets`, `process_events_op`, `jobs`: what runs.
- `sensors`, `schedules`: what starts runs. `sensor_tick`: what one tick of a sensor looks at, and
  when it requests a run again. `active_runs`: which keys have a run already.
- `key_runs`: one API key's part of a run. `outcome`: what it came to. `failures`, `metadata`: how
  Dagster shows that.
- `in_process_runs`: the runs that the command line starts.
"""
