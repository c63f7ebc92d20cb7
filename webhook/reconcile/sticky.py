"""Our one comment on an issue: which it is, whether a person has touched it, and what to remember of it. Pure.

It is found by the stored id, else by author and marker; a marker in anybody else's comment means nothing.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TypeAlias

from webhook import comment
from webhook.plan import Plan
from webhook.reconcile.apply import Done
from webhook.reconcile.observe import Observation
from webhook.store import IssueRecord

Own: TypeAlias = tuple[tuple[int, str], ...]
"""(id, digest) of our comments, oldest first. More than one only after something went wrong."""


def own(seen: Observation, record: IssueRecord) -> Own:
    """The comments on the issue that are ours."""
    return tuple(
        (said.id, comment.digest(said.body))
        for said in seen.comments
        if said.author.id in seen.us and (said.id == record.comment_id or comment.is_ours(said.body))
    )


def touched(record: IssueRecord, comments: Own) -> bool:
    """Whether a person deleted our comment, or edited it after it was restored once already."""
    if record.comment_id is None:
        return False
    seen = dict(comments)
    if record.comment_id not in seen:
        return not comments
    return record.comment_restored and seen[record.comment_id] != record.comment_digest


def remember(record: IssueRecord, comments: Own, slip: Plan, done: Done, *, changed: bool) -> IssueRecord:
    """The record with the comment's columns as they are after this run; `changed`: the verdict is another one."""
    if done.comment is not None:
        edited = any(change.kind == "edit" for change in slip.comments)
        restored = edited and not changed and done.comment[1] == record.comment_digest
        return replace(record, comment_id=done.comment[0], comment_digest=done.comment[1], comment_restored=restored)
    if comments and record.comment_id != comments[0][0]:
        # Found on the forge only: the database was lost, or the answer to the write was.
        return replace(record, comment_id=comments[0][0], comment_digest=comments[0][1], comment_restored=False)
    return replace(record, comment_restored=record.comment_restored and not changed)
