"""The job of the service bench with gidgethub on aiohttp: verify, read two answers, set their labels, comment once.

Made after the examples of gidgethub's documentation: the work is done in the request, and the installation's token
asked for anew per event. `KEEP_TOKEN=1` keeps it until shortly before it expires, which the documentation leaves to
the reader. Further settings by environment: PORT, API_URL, APP_ID, PRIVATE_KEY_PATH, WEBHOOK_SECRET, JOB (a JSON file
with `labels`, by question and option, and `comment`).
"""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web
from gidgethub import ValidationFailure, apps, routing, sansio
from gidgethub.aiohttp import GitHubAPI

ENV = os.environ
JOB = json.loads(Path(ENV["JOB"]).read_text(encoding="utf-8"))
KEY = Path(ENV["PRIVATE_KEY_PATH"]).read_text(encoding="ascii")
KEPT_SECONDS = 3000.0
SESSION = web.AppKey("SESSION", aiohttp.ClientSession)

router = routing.Router()
kept: dict[int, tuple[float, str]] = {}


def labels(body: str | None) -> list[str]:
    sections = [section.partition("\n") for section in re.split(r"^### ", body or "", flags=re.MULTILINE)[1:]]
    given = {question.strip(): answer.strip() for question, _, answer in sections}
    return [label for question, options in JOB["labels"].items() for label in options.get(given.get(question), ())]


async def token(gh: GitHubAPI, installation: int) -> str:
    until, value = kept.get(installation, (0.0, ""))
    if until < time.monotonic():
        answer = await apps.get_installation_access_token(
            gh, installation_id=str(installation), app_id=ENV["APP_ID"], private_key=KEY
        )
        value = answer["token"]
        if ENV.get("KEEP_TOKEN") == "1":
            kept[installation] = (time.monotonic() + KEPT_SECONDS, value)
    return value


@router.register("issues", action="opened")
async def opened(event: sansio.Event, gh: GitHubAPI) -> None:
    issue: dict[str, Any] = event.data["issue"]
    gh.oauth_token = await token(gh, event.data["installation"]["id"])
    await gh.post(issue["url"] + "/labels", data={"labels": labels(issue["body"])})
    await gh.post(issue["comments_url"], data={"body": JOB["comment"]})


async def receive(request: web.Request) -> web.Response:
    body = await request.read()
    try:
        event = sansio.Event.from_http(request.headers, body, secret=ENV["WEBHOOK_SECRET"])
    except ValidationFailure:
        return web.Response(status=401)
    gh = GitHubAPI(request.app[SESSION], "bench", base_url=ENV["API_URL"])
    await router.dispatch(event, gh)
    return web.Response(status=200)


async def session(app: web.Application) -> AsyncIterator[None]:
    async with aiohttp.ClientSession() as opened_session:
        app[SESSION] = opened_session
        yield


def main() -> None:
    app = web.Application()
    app.cleanup_ctx.append(session)
    app.router.add_post("/webhooks/github", receive)
    web.run_app(app, host="127.0.0.1", port=int(ENV["PORT"]), print=None, access_log=None)


if __name__ == "__main__":
    main()
