"""Use cases that read several topics."""
