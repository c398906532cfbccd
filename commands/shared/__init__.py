"""What several commands share: the client, output, errors, the way to the database."""
