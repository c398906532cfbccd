"""Query cost: analysis, field costs, the cost limiter, and limits of documents and inputs."""
