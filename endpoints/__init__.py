"""What a process says over HTTP beside the graph: its routes, and what every answer passes."""
