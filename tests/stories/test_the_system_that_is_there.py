"""
The how-to for an assistance system that is there already, walked by its developer with curl only.

The system is admitted on the pages, its officers sign on the pages; every command in between is
run as the how-to writes it.
"""

import json
import re
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.architecture.house import ROOT
from tests.faces.test_webhooks import Receiver
from tests.stories.demonstration import Demonstration, demonstration, wait_until

pytestmark = pytest.mark.slow
HOW_TO = ROOT / "docs" / "how-to" / "connect-the-system-that-is-there.md"
EXAMPLE = ROOT / "examples" / "one-household"
SHELL = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Desk:
    """An officer at the pages, without a browser."""

    def __init__(self, demo: Demonstration, login: str) -> None:
        self.http = httpx.Client(
            base_url=f"http://127.0.0.1:{demo.port}", follow_redirects=True, timeout=60
        )
        self.post("/login/", username=login, password=demo.logins[login])

    def post(self, path: str, form: str = "", **fields: object) -> str:
        """Open a page and send a form on it to `path`."""
        self.http.get(form or path)
        token = self.http.cookies["csrftoken"]
        sent = self.http.post(path, data={**fields, "csrfmiddlewaretoken": token})
        assert sent.status_code == 200, sent.text
        return sent.text


def admitted(demo: Demonstration, url: str) -> str:
    """Admit the system at two desks, register where it is told of news, and return its token."""
    system, security = Desk(demo, "guanli"), Desk(demo, "anquan")
    page = system.http.get("/clients/new/").text
    (agency,) = re.findall(r'<option value="([0-9a-f-]{36})">[^<]*街道', page)[:1]
    system.post(
        "/clients/new/",
        name="区社会救助信息系统",
        agency=agency,
        roles=["intake", "commission"],
        decides="on",
        contact="信息科",
        last_day=(datetime.now(UTC) + timedelta(days=90)).date().isoformat(),
    )
    (client,) = re.findall(r"/clients/([0-9a-f-]{36})/", security.http.get("/clients/").text)
    security.post(f"/clients/{client}/approve/", form=f"/clients/{client}/")
    system.post(f"/clients/{client}/endpoint/", url=url)
    shown = system.post(f"/clients/{client}/token/", days=30)
    (token,) = re.findall(r"hedui_[\w-]+", shown)
    return token


def run(commands: str, folder: Path, **named: str) -> str:
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", commands],
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", **named},
        text=True,
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def read(folder: Path, name: str) -> Any:
    return json.loads((folder / name).read_text(encoding="utf-8"))


@pytest.mark.skipif(not shutil.which("curl"), reason="没有 curl")
def test_a_developer_connects_their_system_with_curl_alone(tmp_path, tables):
    keep, order, follow, listen, fetch, decide = SHELL.findall(HOW_TO.read_text(encoding="utf-8"))
    receiver = Receiver()
    with demonstration(tmp_path / "hedui", tables=tables) as demo:
        for file in EXAMPLE.glob("*.*"):
            shutil.copy(file, tmp_path)
        names = {"HEDUI": f"http://127.0.0.1:{demo.port}", "TOKEN": admitted(demo, receiver.url)}
        run(keep, tmp_path, **names)
        del names["TOKEN"]
        run(order, tmp_path, **names)
        first = read(tmp_path, "ordered.json")
        run(order, tmp_path, **names)
        assert read(tmp_path, "ordered.json") == first
        names["NUMBER"] = number = first["commission"]

        def drafted() -> bool:
            run(follow, tmp_path, **names)
            return read(tmp_path, "status.json")["stage"] == "examine"

        wait_until(drafted, 90)
        status = read(tmp_path, "status.json")
        assert status["asked"] == status["answered"] > 0
        run(fetch, tmp_path, **names)
        assert "还没有签发" in read(tmp_path, "report.json")["detail"]
        report = f"/reports/HD-{number.removeprefix('WT-')}-1/"
        Desk(demo, "jingban").post(f"{report}submit/", form=report)
        Desk(demo, "qianfa").post(f"{report}issue/", form=report)
        run(listen, tmp_path, **names)
        pieces = read(tmp_path, "news.json")["news"]
        kinds = [one["kind"] for one in pieces if one["about"] == number]
        assert (kinds[0], kinds[-1]) == ("commissioned", "issued")
        run(fetch, tmp_path, **names)
        assert read(tmp_path, "report.json")["report"]["commission"]["number"] == number
        assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF-")
        run(decide, tmp_path, **names)
        assert read(tmp_path, "decided.json")["outcome"] == "granted"
        run(follow, tmp_path, **names)
        assert read(tmp_path, "status.json")["closed_at"]
        run(listen, tmp_path, **names)
        pieces = read(tmp_path, "news.json")["news"]
        kinds = [one["kind"] for one in pieces if one["about"] == number]
        assert set(kinds[-2:]) == {"concluded", "closed"}
        # told by the worker's own process, of the same and in the same order
        wait_until(lambda: receiver.about.count(number) == len(kinds), 30)
        mine = [one["cursor"] for one in pieces if one["about"] == number]
        assert [one["cursor"] for one in receiver.told if one["about"] == number] == mine
    receiver.close()
