"""What the doors are handed: settings, clock, stores and the outside world, gathered by `create_app`.

Nothing is looked up in globals below here; a test puts other parts in."""

from collections.abc import Callable
from dataclasses import dataclass

from helpdesk.attachments.store import BlobStore
from helpdesk.clock import Clock
from helpdesk.letters.contents import Stationery
from helpdesk.letters.transport import Transport
from helpdesk.settings import Settings
from search.index import Index


@dataclass(frozen=True)
class House:
    settings: Settings
    clock: Clock
    store: BlobStore
    index: Index
    transport: Transport
    wake_worker: Callable[[], None]
    signing_key: str

    @property
    def stationery(self) -> Stationery:
        return Stationery(self.settings, self.signing_key, self.store)
