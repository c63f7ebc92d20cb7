"""Somebody renamed or deleted a label of the tracker: define the policy's labels again, and see who lost one."""

from __future__ import annotations

from webhook.disclosure import PublicError
from webhook.duties.kit import Kit
from webhook.duties.stop import stop
from webhook.duties.visibility import working
from webhook.log import logger

_log = logger(__name__)


def labels(kit: Kit) -> None:
    """Define what is missing. No event tells which issues carried the label: a full sweep compares them all."""
    if working(kit) and define(kit):
        kit.store.schedule_duty(kit.tracker, "full-sweep", kit.now())


def define(kit: Kit) -> bool:
    """Define what a fresh look does not find; False, and the tracker stopped, where that must not be done.

    Issues that carried one of these are marked: what took the label off them was no decision about them.
    """
    name = str(kit.tracker)
    kit.labels.forget(name)
    try:
        there = kit.labels.ensure(name, kit.forge, kit.guard())
    except PublicError:
        stop(kit)
        return False
    gone = [label for label in kit.chosen.managed if label not in there]
    if gone:
        _log.warning("labels.defined", tracker=kit.tracker, labels=gone)
        for number in kit.store.labels_gone(kit.tracker, gone, kit.now()):
            kit.mark(number, event="label-gone")
    return True
