"""All benchmarks that `python -m bench` knows, in the order in which it runs them."""

from bench import (
    changes,
    directory,
    evaluation,
    event_log,
    flag_curve,
    guards,
    journeys,
    memory,
    metrics,
    peer_flags,
    peer_queries,
    peer_streams,
    queries,
    rollback,
    starting,
    streams,
)
from bench.run import Benchmark

BENCHMARKS = (
    Benchmark("evaluation", "Pure evaluation", evaluation.measure),
    Benchmark("start", "Start", starting.measure),
    Benchmark("memory", "Memory", memory.measure),
    Benchmark("flag-list", "A list of flags for operators", queries.flag_list),
    Benchmark("viewer-flags", "The flags of a viewer", queries.viewer_flags),
    Benchmark("flag-curve", "Over 20 to 2,000 flags", flag_curve.measure),
    Benchmark("metrics", "Metrics pages over few and many samples", metrics.measure),
    Benchmark("journeys", "Funnels over 10,000 and 1,100,000 runs", journeys.measure),
    Benchmark("directory", "The directory over 1,000 to 100,000 suppliers", directory.measure),
    Benchmark("changes", "Toggles of different flags at once", changes.measure),
    Benchmark("event-log", "Events of four processes, of which some stall", event_log.measure),
    Benchmark("guards", "A tick of the guards", guards.measure),
    Benchmark("rollback", "Rollback", rollback.measure),
    Benchmark("sockets", "A toggle, from the click to the last socket", streams.sockets),
    Benchmark("processes", "A toggle across processes", streams.processes),
    Benchmark("peer-queries", "Queries beside mercurius and PostGraphile", peer_queries.measure),
    Benchmark("peer-streams", "A change beside mercurius and graphql-ws", peer_streams.measure),
    Benchmark("peer-flags", "Flags of a visitor beside Unleash", peer_flags.measure),
)
