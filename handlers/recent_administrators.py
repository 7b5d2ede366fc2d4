"""Administrators cache: those of a group, at most a minute old. For rate limits, not for rights."""

from datetime import datetime, timedelta

from handlers.channel_admins import FetchAdministrators

_TTL = timedelta(minutes=1)
_MAX_CHATS = 1_000


class RecentAdministrators:
    """Cache of the administrators of groups, so that a flood causes one call a minute."""

    def __init__(self, fetch_administrators: FetchAdministrators) -> None:
        self._fetch = fetch_administrators
        self._cached: dict[int, tuple[datetime, frozenset[int]]] = {}

    async def get(self, chat_id: int, now: datetime) -> frozenset[int]:
        """Return the user ids of a group's administrators. `now` is aware."""
        fetched_at, user_ids = self._cached.get(chat_id, (None, frozenset[int]()))
        if fetched_at is None or not timedelta() <= now - fetched_at < _TTL:
            user_ids = await self._fetch(chat_id)
            if len(self._cached) >= _MAX_CHATS:
                self._cached.clear()
            self._cached[chat_id] = now, user_ids
        return user_ids
