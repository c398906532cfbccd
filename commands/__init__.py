"""The commands of `launch`, one module per noun. Heavy imports wait until a command needs them."""
