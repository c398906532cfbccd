"""Everything on one machine: embedded servers, supervisor, the demo launch and its traffic."""
