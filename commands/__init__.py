"""What `launch` can do, one module a noun. Heavy imports wait until a command needs them."""
