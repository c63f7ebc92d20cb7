"""All there is on the sandbox's GitHub, and how things are found: accounts, repositories by id and by name, tokens."""

from __future__ import annotations

from collections.abc import Iterator

from webhook.sandbox.core import ControlError, Core
from webhook.sandbox.github_nouns import Account, App, Installation, Issue, Repository, Role, Token


class World:
    """The state. Lookups return None where a client may ask for what is not there, and raise for drivers."""

    def __init__(self, core: Core) -> None:
        self.core = core
        self.accounts: dict[str, Account] = {}
        self.repositories: dict[int, Repository] = {}
        self.former_names: dict[str, int] = {}
        """Lower-case `owner/name` a repository had before it was renamed or transferred."""
        self.apps: dict[int, App] = {}
        self.installations: dict[int, Installation] = {}
        self.tokens: dict[str, Token] = {}
        self.comment_issue: dict[int, tuple[int, int]] = {}
        """Repository id and issue number of each comment."""
        self._by_name: dict[str, int] = {}

    def account(self, login: str, kind: str = "User") -> Account:
        """The account of that login, made if it is new."""
        found = self.accounts.get(login.lower())
        if found is None:
            found = self.accounts[login.lower()] = Account(self.core.next_id(), login, kind)
        return found

    def add(self, repository: Repository) -> None:
        """Enter a repository, or enter it under its present name."""
        name = repository.full_name.lower()
        if self._by_name.get(name, repository.id) != repository.id:
            raise ControlError(f"there is a repository {repository.full_name} already")
        self.repositories[repository.id] = repository
        self.former_names.pop(name, None)
        self._by_name[name] = repository.id

    def rename(self, repository: Repository, *, name: str = "", owner: Account | None = None) -> None:
        """Change name or owner; the old name leads to the new one."""
        old = repository.full_name.lower()
        del self._by_name[old]
        repository.name, repository.owner = name or repository.name, owner or repository.owner
        self.add(repository)
        if repository.full_name.lower() != old:
            self.former_names[old] = repository.id

    def remove(self, repository: Repository) -> None:
        """Forget a repository; its former names lead nowhere."""
        del self.repositories[repository.id]
        del self._by_name[repository.full_name.lower()]
        self.former_names = {name: id_ for name, id_ in self.former_names.items() if id_ != repository.id}

    def by_name(self, full_name: str) -> Repository | None:
        """The repository that has this name now."""
        return self.repositories.get(self._by_name.get(full_name.lower(), 0))

    def formerly(self, full_name: str) -> Repository | None:
        """The repository that once had this name."""
        return self.repositories.get(self.former_names.get(full_name.lower(), 0))

    def the_repository(self, full_name: str) -> Repository:
        """For drivers: by name or id. Raises `ControlError`."""
        found = self.by_name(full_name)
        if found is None and full_name.isdigit():
            found = self.repositories.get(int(full_name))
        if found is None:
            raise ControlError(f"no repository {full_name}")
        return found

    def the_issue(self, full_name: str, number: int) -> tuple[Repository, Issue]:
        """For drivers. Raises `ControlError`, also for issues deleted or moved away."""
        repository = self.the_repository(full_name)
        issue = repository.issues.get(number)
        if issue is None or issue.deleted or issue.moved_to:
            raise ControlError(f"no issue {full_name}#{number}")
        return repository, issue

    def the_app(self, slug: str) -> App:
        """For drivers. Raises `ControlError`."""
        for app in self.apps.values():
            if app.slug == slug:
                return app
        raise ControlError(f"no App {slug}")

    def installations_on(self, repository: Repository) -> Iterator[Installation]:
        """Installations that cover a repository."""
        return (one for one in self.installations.values() if repository.id in one.repositories)

    def role(self, repository: Repository, account: Account) -> Role:
        """What an account is there: owner and named people; everyone may read what is not private."""
        if account.id == repository.owner.id:
            return Role.ADMIN
        standing = repository.people.get(account.id)
        everyone = Role.NONE if repository.visibility == "private" else Role.READ
        return max(standing.role, everyone) if standing else everyone
