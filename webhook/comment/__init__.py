"""The one sticky comment: a `Page` of what was concluded becomes Markdown that is safe on both forges.

`words` has our sentences, `disarm` makes other people's harmless, `opening`, `parts` and `details` are the comment
from top to bottom, `render` joins them and knows when an edit is needed. Where and when it is written is left to
whoever reconciles.
"""

from webhook.comment.disarm import disarm
from webhook.comment.page import Page, Paused, PolicyStamp, Refused, Reversals
from webhook.comment.render import LONGEST, MARKER, UnsafeCommentError, digest, is_ours, render

__all__ = [
    "LONGEST",
    "MARKER",
    "Page",
    "Paused",
    "PolicyStamp",
    "Refused",
    "Reversals",
    "UnsafeCommentError",
    "digest",
    "disarm",
    "is_ours",
    "render",
]
