"""What an operation may cost: analysis, field costs, quota, limits of documents and inputs."""
