"""GraphQL over websockets: the handler of a socket, its messages, the websocket protocol."""
