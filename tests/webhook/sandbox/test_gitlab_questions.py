"""The sandbox's GitLab answers the 33 questions as GitLab does."""

from __future__ import annotations

from tests.stand.gitlab_check import Stand, ask
from tests.webhook.sandbox.gitlab_stand import PROJECT, SIGNING_TOKEN, GitLabStand


def test_every_question_through_python_gitlab_and_deliveries_is_answered_right() -> None:
    with GitLabStand() as stand:
        bot = stand.gitlab.create_bot(PROJECT, "maintainer")
        answers = ask(
            Stand(
                base=stand.sandbox.url,
                token=bot["token"],
                project=PROJECT,
                signing_token=SIGNING_TOKEN,
                hook_url=stand.receiver.url,
                deliveries=stand.delivered,
            )
        )
    assert [answer for answer in answers if not answer.right] == []
    assert len(answers) == 33


def test_a_wrong_answer_is_noticed() -> None:
    with GitLabStand() as stand:
        answers = ask(Stand(stand.sandbox.url, stand.gitlab.create_token("gus"), PROJECT))
    wrong = {answer.question for answer in answers if not answer.right}
    assert {"create label", "create internal note", "set public, then read it back"} <= wrong
    assert len(answers) == 24
