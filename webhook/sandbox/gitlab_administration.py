"""What owners and administrators do on the sandbox's GitLab: projects, roles, tokens, hooks, labels, visibility.

Controls, like those of `gitlab_people`; no rights are asked here. Tokens made here are returned once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast, get_args

from webhook.sandbox import gitlab_shapes as shapes
from webhook.sandbox import gitlab_signing
from webhook.sandbox.core import ControlError
from webhook.sandbox.gitlab_hooks import FLAGS, Doorman, Hook
from webhook.sandbox.gitlab_labels import DEFAULT_COLOUR, LabelBook, LabelFaultError, LabelTakenError
from webhook.sandbox.gitlab_nouns import Access, Label, Project, ProjectVisibility
from webhook.sandbox.gitlab_people import People, deed
from webhook.sandbox.gitlab_rest_hooks import EVENT_FLAGS

ADMINISTRATOR = "root"


class Administration(People):
    """The part of `GitLab` that administrators are."""

    doorman: Doorman
    labels: LabelBook

    @deed
    def create_project(self, path: str, visibility: str = "private", roles: Mapping[str, str] | None = None) -> int:
        """Create `group/project` with people's roles (`{"tom": "planner"}`); returns its id. `root` owns it."""
        owner = self._person(ADMINISTRATOR)
        owner.admin = True
        try:
            project = self.world.add_project(path, owner, _visibility(visibility))
        except ValueError as error:
            raise ControlError(str(error)) from error
        for person, role in (roles or {}).items():
            self.set_role(project.id, person, role)
        return project.id

    @deed
    def set_role(self, project: str | int, person: str, role: str) -> int:
        """Give a person a role: none, guest, planner, reporter, developer, maintainer, owner; returns the user's id."""
        if role.upper() not in Access.__members__:
            raise ControlError(f"no role {role}")
        found, user, level = self._project(project), self._person(person), Access[role.upper()]
        found.members.pop(user.id, None)
        if level:
            found.members[user.id] = level
        return user.id

    @deed
    def set_visibility(self, project: str | int, visibility: str) -> None:
        """Make a project private, internal or public. No hook of the project hears of it."""
        self._project(project).visibility = _visibility(visibility)

    @deed
    def rename_project(self, project: str | int, path: str) -> None:
        """Give a project another full path; the old one answers with a redirect from now on."""
        found = self._project(project)
        namespace, _, name = path.rpartition("/")
        if not namespace or not name or self.world.project(path) not in (None, found):
            raise ControlError(f"{path} is taken, or is no path of a project")
        found.former_paths.add(found.path_with_namespace.casefold())
        found.namespace, found.path = namespace, name
        found.former_paths.discard(path.casefold())

    @deed
    def archive_project(self, project: str | int, *, archived: bool = True) -> None:
        """Archive a project, which then is read-only, or take it out again."""
        self._project(project).archived = archived

    @deed
    def delete_project(self, project: str | int) -> None:
        """Delete a project with everything in it."""
        found = self._project(project)
        for hook in self.doorman.of(found):
            del self.doorman.hooks[hook.id]
        del self.world.projects[found.id]

    @deed
    def create_token(
        self, person: str, scopes: Sequence[str] = ("api",), token: str = "", expires_in: float | None = None
    ) -> str:
        """A person's access token, of the given text if there is one; ends after `expires_in` seconds."""
        ends = None if expires_in is None else self.core.clock.now() + expires_in
        return self.world.add_token(self._person(person), scopes, token, ends).secret

    @deed
    def create_bot(
        self, project: str | int, role: str = "planner", token: str = "", scopes: Sequence[str] = ("api",)
    ) -> dict[str, Any]:
        """A project access token with the bot user that comes with it: `token`, `user_id`, `username`."""
        found = self._project(project)
        number = self.core.next_id()
        user = self.world.add_user(f"project_{found.id}_bot_{number:x}", f"Bot {number}", bot=True)
        self.set_role(found.id, user.username, role)
        secret = self.world.add_token(user, scopes, token).secret
        return {"token": secret, "user_id": user.id, "username": user.username}

    @deed
    def revoke_token(self, token: str) -> None:
        """Revoke a token."""
        if token not in self.world.tokens:
            raise ControlError("no such token")
        self.world.tokens[token].revoked = True

    @deed
    def create_hook(
        self,
        project: str | int,
        url: str,
        signing_token: str = "",
        token: str = "",
        events: Sequence[str] = tuple(FLAGS.values()),
    ) -> int:
        """A hook of a project, by default for issues and notes, confidential ones too; returns its id."""
        found = self._project(project)
        if unknown := set(events) - set(EVENT_FLAGS):
            raise ControlError(f"no event flags {sorted(unknown)}")
        if signing_token:
            gitlab_signing.key_of(signing_token)
        flags = {name: name in events for name in EVENT_FLAGS}
        hook = Hook(self.core.next_id(), found.id, url, self.world.now(), flags, token, signing_token)
        self.doorman.hooks[hook.id] = hook
        return hook.id

    @deed
    def read_hook(self, hook: int) -> dict[str, Any]:
        """A hook with its health, as GitLab's JSON, and its `recent_failures`."""
        if hook not in self.doorman.hooks:
            raise ControlError(f"no hook {hook}")
        found = self.doorman.hooks[hook]
        status = self.doorman.alert_status(found)
        return shapes.hook(found, status) | {"recent_failures": found.recent_failures}

    @deed
    def create_label(
        self, project: str | int, name: str, color: str = DEFAULT_COLOUR, description: str | None = None
    ) -> int:
        """A label of a project; returns its id."""
        try:
            return self.labels.create(self._project(project), name, color, description).id
        except LabelTakenError as error:
            raise ControlError(f"the label {name} is there already") from error
        except LabelFaultError as error:
            raise ControlError(str(error)) from error

    @deed
    def archive_label(self, project: str | int, name: str, *, archived: bool = True) -> None:
        """Archive a label: it stays where it is and cannot be attached any more; or take it out again."""
        self._label(project, name)[1].archived = archived

    @deed
    def rename_label(self, project: str | int, name: str, new_name: str) -> None:
        """Give a label another name, on all issues."""
        found, label = self._label(project, name)
        self.labels.rename(found, label, new_name)

    @deed
    def delete_label(self, project: str | int, name: str) -> None:
        """Delete a label, off all issues too. No hook hears of it."""
        found, label = self._label(project, name)
        self.labels.delete(found, label)

    @deed
    def read_project(self, project: str | int) -> dict[str, Any]:
        """A project with its labels, as GitLab's JSON."""
        found = self._project(project)
        labels = [shapes.label(label) for label in found.labels.values()]
        return {"project": shapes.project(found, found.creator, self.core.base_url), "labels": labels}

    @deed
    def switches(
        self,
        *,
        noop_update_fires: bool | None = None,
        auto_disable: bool | None = None,
        hook_timeout: float | None = None,
    ) -> None:
        """Habits that differ between GitLabs: whether an update without a change tells the hooks (on), whether
        failing hooks are disabled (on, as on GitLab.com), how long a receiver may take (10 s). None leaves it."""  # noqa: D209, D205  # one sentence
        if noop_update_fires is not None:
            self.acts.noop_update_fires = noop_update_fires
        if auto_disable is not None:
            self.doorman.auto_disable = auto_disable
        if hook_timeout is not None:
            self.doorman.timeout = hook_timeout

    @deed
    def quick_actions_run(self) -> list[dict[str, str]]:
        """Quick actions that ran, oldest first: `where`, `who`, `action`."""
        return [{"where": where, "who": who, "action": name} for where, who, name in self.acts.commands_run]

    @deed
    def dropped_events(self) -> dict[str, int]:
        """Events that reached no hook, by reason: `disabled`, `quota`, `recursion`."""
        return dict(self.doorman.dropped)

    def _label(self, project: str | int, name: str) -> tuple[Project, Label]:
        found = self._project(project)
        label = self.labels.by_title(found, name)
        if label is None:
            raise ControlError(f"no label {name}")
        return found, label


def _visibility(text: str) -> ProjectVisibility:
    if text not in get_args(ProjectVisibility):
        raise ControlError(f"no visibility {text}")
    return cast("ProjectVisibility", text)
