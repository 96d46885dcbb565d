"""AdminServices: all that admins can do, in one value for whoever shows it to them."""

from dataclasses import dataclass

from bot.admin.freshness import FreshnessWatch
from bot.admin.ingest import ArticleIngest
from bot.admin.moderation import Moderation
from bot.admin.names import NameStore
from bot.admin.operations import IndexOperations
from bot.admin.reports import UsageReports
from bot.watches.watcher import Watcher


@dataclass(frozen=True, slots=True)
class AdminServices:
    """What serves admins, as the Dialogue serves readers."""

    operations: IndexOperations
    reports: UsageReports
    moderation: Moderation
    articles: ArticleIngest
    names: NameStore
    watcher: Watcher
    freshness: FreshnessWatch
