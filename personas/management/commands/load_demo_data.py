"""``manage.py load_demo_data``: load the demo personas into an empty database."""

from typing import Any

from django.core.management.base import BaseCommand

from personas.demo_data import DEMO_SECRET, DemoData, load_demo_data

_SAYS = {
    DemoData.LOADED: "Demo data loaded: three personas, a filler config and the demo LLM's key.",
    DemoData.PRESENT: "The database is in use: no demo data is added.",
    DemoData.KEY_RENEWED: f"The demo LLM has a new key: {DEMO_SECRET} holds it now.",
    DemoData.KEY_DIFFERS: (
        f"{DEMO_SECRET} was changed by hand and holds another value than the demo LLM's key: it stays. "
        "Enter the demo LLM's key in the admin to talk to the demo personas."
    ),
}


class Command(BaseCommand):
    help = (
        "Load the demo personas into an empty database; in any other, renew the demo LLM's key if it changed."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(_SAYS[load_demo_data()])
