"""A request on a repository: finding it by name or id, letting the one who asks in, and what handlers read from it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias, TypeVar
from urllib.parse import urlencode

from webhook.sandbox import github_errors as errors
from webhook.sandbox.core import Core
from webhook.sandbox.exchange import Call, Reply
from webhook.sandbox.faults import FaultKind
from webhook.sandbox.github_access import Access, Need, Viewer
from webhook.sandbox.github_deeds import By, Deeds
from webhook.sandbox.github_faults import other_address
from webhook.sandbox.github_nouns import Comment, Issue, Repository
from webhook.sandbox.github_show import Show
from webhook.sandbox.github_upkeep import Upkeep
from webhook.sandbox.github_world import World
from webhook.sandbox.routes import Router

T = TypeVar("T")
MOST_PER_PAGE = 100


@dataclass(frozen=True, slots=True)
class Desk:
    """What handlers work with."""

    core: Core
    world: World
    access: Access
    deeds: Deeds
    upkeep: Upkeep


@dataclass(frozen=True, slots=True)
class Visit:
    """One admitted request on one repository."""

    desk: Desk
    call: Call
    viewer: Viewer
    repository: Repository

    @property
    def show(self) -> Show:
        """Renders with the address the client used."""
        return Show(self.call.base_url)

    @property
    def by(self) -> By:
        """The one who asks, as the one who acts."""
        return By(self.desk.access.person(self.viewer), self.viewer.through)

    def may(self, need: Need) -> bool:
        """Whether the one who asks may do this too."""
        return self.desk.access.may(self.viewer, self.repository, need)

    def issue(self) -> Issue:
        """The issue of the path: 404, 410 when deleted, 301 when transferred to where the viewer may look."""
        number = self.call.args["number"]
        issue = self.repository.issues.get(int(number)) if number.isdigit() else None
        if issue is None or self._not_there_yet(issue):
            raise errors.not_found()
        if issue.deleted:
            raise errors.gone()
        if issue.moved_to:
            raise self._moved(issue.moved_to)
        return issue

    def _not_there_yet(self, issue: Issue) -> bool:
        fault = self.call.fault
        return (
            fault is not None and fault.kind is FaultKind.NOT_FOUND and self.call.at - issue.created_at < fault.seconds
        )

    def _moved(self, to: tuple[int, int]) -> Exception:
        repository, number = to
        target = self.desk.world.repositories.get(repository)
        if target is None or not self.desk.access.sees(self.viewer, target):
            return errors.not_found()
        _, _, rest = self.call.path.partition(f"/issues/{self.call.args['number']}")
        return errors.moved(301, f"{self.call.base_url}/repositories/{repository}/issues/{number}{rest}")

    def comment(self) -> tuple[Issue, Comment]:
        """The comment of the path and its issue; 404."""
        text = self.call.args["comment"]
        place = self.desk.world.comment_issue.get(int(text)) if text.isdigit() else None
        if place is None or place[0] != self.repository.id:
            raise errors.not_found()
        issue = self.repository.issues[place[1]]
        return issue, issue.comments[int(text)]

    def body(self) -> dict[str, Any]:
        """The body as a JSON object; 400 for anything else but nothing."""
        return json_object(self.call)


RepositoryHandler: TypeAlias = Callable[[Visit], Reply]


class Entrance:
    """Adds routes on repositories, each by name and by id."""

    def __init__(self, desk: Desk, router: Router) -> None:
        self._desk = desk
        self._router = router

    def on(self, method: str, end: str, need: Need, handler: RepositoryHandler) -> None:
        """Answer `method` on `/repos/{owner}/{name}` + `end` and on `/repositories/{id}` + `end`."""
        for start in ("/repos/{owner}/{repo}", "/repositories/{repository}"):
            self._router.add(method, start + end, partial(self._enter, need, handler))

    def _enter(self, need: Need, handler: RepositoryHandler, call: Call) -> Reply:
        viewer: Viewer = call.notes
        repository = self.find(call)
        self._desk.access.check(viewer, repository, need)
        if repository.archived and need.level == "write":
            raise errors.archived()
        return handler(Visit(self._desk, call, viewer, repository))

    def find(self, call: Call) -> Repository:
        """The repository of the path. By a former name: 301 for reads, 307 for writes, if the viewer may see it."""
        world, args = self._desk.world, call.args
        if "repository" in args:
            number = args["repository"]
            found = world.repositories.get(int(number)) if number.isdigit() else None
        else:
            full_name = f"{args['owner']}/{args['repo']}"
            found = world.by_name(full_name)
            former = world.formerly(full_name)
            if found is None and former and self._desk.access.sees(call.notes, former):
                url = call.base_url + other_address(world, call.target)
                raise errors.moved(307 if call.writes else 301, url)
        if found is None:
            raise errors.not_found()
        return found


def json_object(call: Call) -> dict[str, Any]:
    """A request's body as a JSON object; empty when there is none; 400 for other JSON."""
    body = call.json
    if body is None:
        return {}
    if not isinstance(body, dict):
        raise errors.refuse(400, "Body should be a JSON object")
    return body


def paged(call: Call, items: Sequence[T], show: Callable[[T], Any]) -> Reply:
    """One page of a list, with GitHub's `Link` header. 30 a page unless `per_page` says otherwise, at most 100."""
    size = min(max(number(call, "per_page", 30), 1), MOST_PER_PAGE)
    page = max(number(call, "page", 1), 1)
    last = max(1, -(-len(items) // size))
    wanted = {"prev": page - 1, "next": page + 1, "last": last, "first": 1}
    if page == 1:
        del wanted["prev"], wanted["first"]
    if page >= last:
        del wanted["next"], wanted["last"]
    links = ", ".join(f'<{_address(call, to)}>; rel="{name}"' for name, to in wanted.items())
    shown = [show(item) for item in items[(page - 1) * size : page * size]]
    return Reply(200, shown, {"Link": links} if links else {})


def _address(call: Call, page: int) -> str:
    query = [(name, value) for name, value in call.query_items if name != "page"]
    return f"{call.base_url}{call.path}?{urlencode([*query, ('page', page)])}"


def number(call: Call, name: str, default: int) -> int:
    """A query parameter that is a number, else the default."""
    text = call.query.get(name, "")
    return int(text) if text.isdigit() else default
