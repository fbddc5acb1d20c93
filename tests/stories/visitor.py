"""
An officer at the workbench, by HTTP: imports the odd households and commissions them.

When the web dies under a request, the officer does what people do: looks the household up by
its applicant's number, and imports it again only if it is not there.
"""

import json
import re
import sys
import time
from pathlib import Path
from typing import Any

import httpx

from hedui.batch.sample import SampleHousehold
from tests.stories.people import spec, to_submit

OFFICER = "jiedao"


class Interrupted(Exception):
    """The web did not answer, or not as it should."""


class Visitor:
    """One officer, logged in."""

    def __init__(self, folder: Path) -> None:
        self.password = json.loads((folder / "demo-logins.json").read_text())[OFFICER]
        address = f"http://127.0.0.1:{spec(folder)['ports']['web']}"
        self.client = httpx.Client(base_url=address, timeout=60, trust_env=False)
        self.again = 0

    def submit(self, household: SampleHousehold) -> None:
        """Import and commission a household, however often the web dies meanwhile."""
        began = False
        while True:
            try:
                number = self._number_of(household) if began else None
                began = True
                number = number or self._import(household)
                self._send(f"/cases/{number}/commission/", {"without": "yes"})
                return
            except (httpx.TransportError, Interrupted):
                self.again += 1
                time.sleep(0.2)

    def log_in(self) -> None:
        """Log in, as soon as the web lets."""
        while "sessionid" not in self.client.cookies:
            try:
                self.client.get("/login/")
                self._send("/login/", {"username": OFFICER, "password": self.password})
            except (httpx.TransportError, Interrupted):
                time.sleep(0.2)

    def _import(self, household: SampleHousehold) -> str:
        files = [("case", ("CASE.json", json.dumps(household.case).encode()))]
        files += [("scans", (name, scan)) for name, scan in household.scans.items()]
        answer = self._send("/cases/import/", files=files)
        assert answer.status_code == httpx.codes.FOUND, answer.text
        return str(answer.headers["location"]).strip("/").rpartition("/")[2]

    def _number_of(self, household: SampleHousehold) -> str | None:
        listed = self._send("/?stage=all", {"text": household.numbers[0]}).text
        numbers = set(re.findall(r"/cases/([0-9]{6}-[0-9]{4}-[0-9]{6})/", listed))
        assert len(numbers) <= 1, f"{numbers} for one household"
        return next(iter(numbers), None)

    def _send(self, path: str, form: dict[str, str] | None = None, **more: Any) -> httpx.Response:
        form = {"csrfmiddlewaretoken": self.client.cookies["csrftoken"]} | (form or {})
        answer = self.client.post(path, data=form, **more)
        if answer.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
            raise Interrupted
        assert answer.status_code in (httpx.codes.OK, httpx.codes.FOUND), answer.text
        return answer


def main(folder: str) -> None:
    """Submit the odd households."""
    visitor = Visitor(Path(folder))
    visitor.log_in()
    for household in to_submit(Path(folder), 1):
        visitor.submit(household)
    print(f"the web was asked again {visitor.again} times")


if __name__ == "__main__":
    main(*sys.argv[1:])
